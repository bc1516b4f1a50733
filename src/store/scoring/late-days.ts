import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** A day about which something was written late. */
export interface LateDay {
	readonly user_id: number;
	/** In UTC; that of the person may be one beside it. */
	readonly day: string;
	/** How many days from it on are concerned. */
	readonly reach: number;
}

/** Marks days, together with what comes next. */
export function markLate(tx: Transaction, days: readonly LateDay[]): void {
	if (days.length === 0) return;
	tx.later(sql`
		insert into scoring.late (user_id, day, reach)
		select user_id, day, reach from json_to_recordset(${JSON.stringify(days)}::json) as d(user_id int, day date, reach int)`);
}

/** Marks the days that rows of a table were about before this transaction changed or deleted them. `time`: the column that says when. */
export function markFormer(tx: Transaction, table: string, time: string, reach: number, ids: readonly number[]): void {
	if (ids.length === 0) return;
	tx.later(sql`
		insert into scoring.late (user_id, day, reach)
		select distinct on (h.row_id) h.user_id, ((h.image ->> ${time})::timestamptz at time zone 'UTC')::date, ${reach}::int
		from fhir.row_history h
		where h.table_name = ${table} and h.row_id = any(${sql.val([...ids])}::int[]) and h.op = 'U' and h.user_id is not null
			and h.image ->> ${time} is not null
		order by h.row_id, h.version desc`);
}

/** The marks that have settled: nobody who relied on one of them being there is still writing. The oldest first. */
export async function lateDays(
	tx: Transaction,
	settledSeconds: number,
	most: number,
): Promise<{ days: LateDay[]; before: string }> {
	const rows = await tx.query(sql<LateDay & { before: string }>`
		with settled as (select now() - make_interval(secs => ${settledSeconds}::int) as before)
		select l.user_id, l.day, l.reach, s.before from scoring.late l, settled s
		where l.at < s.before group by l.user_id, l.day, l.reach, s.before order by min(l.at) limit ${most}`);
	return { days: rows, before: rows[0]?.before ?? "" };
}

/** Forgets marks that were there before a moment: their days are computed. */
export async function forgetLate(tx: Transaction, days: readonly LateDay[], before: string): Promise<void> {
	await tx.query(sql`
		delete from scoring.late l using json_to_recordset(${JSON.stringify(days)}::json) as d(user_id int, day date, reach int)
		where (l.user_id, l.day, l.reach) = (d.user_id, d.day, d.reach) and l.at < ${before}::timestamptz`);
}
