import { sql } from "kysely";
import type { Caller } from "../access/caller.ts";
import type { Transaction } from "./database.ts";

/** Keeps the hash of a calendar's token, in place of the one before; gives the moment. */
export async function putFeed(tx: Transaction, calendarId: number, hash: Buffer): Promise<string> {
	const [row] = await tx.query(sql<{ created_at: string }>`
		insert into calendar.feed as f (calendar_id, hash) values (${calendarId}::int, ${hash})
		on conflict (calendar_id) do update set hash = excluded.hash, created_at = now()
		returning f.created_at`);
	return row?.created_at ?? "";
}

/** When a calendar's token was made; undefined when it has none. */
export async function feedSince(tx: Transaction, calendarId: number): Promise<string | undefined> {
	const [row] = await tx.query(sql<{ created_at: string }>`
		select f.created_at from calendar.feed f where f.calendar_id = ${calendarId}::int`);
	return row?.created_at;
}

/** Ends a calendar's token. */
export async function deleteFeed(tx: Transaction, calendarId: number): Promise<boolean> {
	const rows = await tx.query(sql`delete from calendar.feed f where f.calendar_id = ${calendarId}::int returning 1`);
	return rows.length > 0;
}

/** Whose calendar a token reads; undefined for a token that is none, or no longer. For the server itself. */
export async function ownerOfFeed(
	tx: Transaction,
	calendarId: number,
	hash: Buffer,
): Promise<{ readonly id: number; readonly role: Caller["personRole"] } | undefined> {
	const [row] = await tx.query(sql<{ id: number; role: Caller["personRole"] }>`
		select u.id, u.role from calendar.feed f join public.calendars c on c.id = f.calendar_id join public.users u on u.id = c.user_id
		where f.calendar_id = ${calendarId}::int and f.hash = ${hash}`);
	return row;
}
