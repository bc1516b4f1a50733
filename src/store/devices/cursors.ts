import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** How far a feed of a connection is known. Instants are ISO text. */
export interface CursorRow {
	readonly completeUntil: string | null;
	readonly completeFrom: string | null;
	/** JSON of a walk that was put off. */
	readonly pullPosition: string | null;
	readonly backfillPosition: string | null;
}

const columns = {
	completeUntil: "complete_until",
	completeFrom: "complete_from",
	pullPosition: "pull_position",
	backfillPosition: "backfill_position",
} as const;

/** The cursor of a feed; all null when nothing is known yet. */
export async function cursorOf(tx: Transaction, connectionId: number, feed: string): Promise<CursorRow> {
	const rows = await tx.query(sql<CursorRow>`
		select complete_until as "completeUntil", complete_from as "completeFrom", pull_position as "pullPosition",
			backfill_position as "backfillPosition"
		from devices.cursor where connection_id = ${connectionId}::int and feed = ${feed}`);
	return rows[0] ?? { completeUntil: null, completeFrom: null, pullPosition: null, backfillPosition: null };
}

/** Moves a cursor; what is not named stays. */
export async function moveCursor(
	tx: Transaction,
	connectionId: number,
	feed: string,
	to: Partial<CursorRow>,
): Promise<void> {
	const names = (Object.keys(to) as (keyof CursorRow)[]).map((name) => columns[name]);
	const row = JSON.stringify([
		Object.fromEntries(Object.entries(to).map(([name, value]) => [columns[name as keyof CursorRow], value])),
	]);
	const list = sql.join(names.map((name) => sql.ref(name)));
	await tx.query(sql`
		insert into devices.cursor (connection_id, feed, ${list})
		select ${connectionId}::int, ${feed}, ${list}
		from json_to_recordset(${row}::json) as r(complete_until timestamptz, complete_from timestamptz, pull_position text, backfill_position text)
		on conflict (connection_id, feed) do update set ${sql.join(names.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`))}`);
}

/** Forgets every cursor of a connection, so that the next pull begins anew. */
export async function dropCursors(tx: Transaction, connectionId: number): Promise<void> {
	await tx.query(sql`delete from devices.cursor where connection_id = ${connectionId}::int`);
}
