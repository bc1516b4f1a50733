import { sql } from "kysely";
import { zoneOf } from "../calendar/civil-time.ts";
import type { Transaction } from "./database.ts";

/** The time zones people live in, by users.id. */
export async function personZones(tx: Transaction, userIds: readonly number[]): Promise<Map<number, string>> {
	const rows = await tx.query(sql<{ id: number; timezone: string | null }>`
		select u.id, u.timezone from public.users u where u.id = any(${sql.val([...userIds])}::int[])`);
	return new Map(rows.map(({ id, timezone }) => [id, zoneOf(timezone)]));
}

/** The time zone one person lives in. */
export async function personZone(tx: Transaction, userId: number): Promise<string> {
	return (await personZones(tx, [userId])).get(userId) ?? zoneOf(null);
}
