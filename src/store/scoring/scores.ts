import { type RawBuilder, sql } from "kysely";
import { DailyScores } from "../../tables/daily-scores.ts";
import { editRows } from "../change/edit-rows.ts";
import type { Transaction } from "../database.ts";
import { readableColumns, selection } from "../row-columns.ts";
import { insertRows, type RowValues } from "../rows.ts";

/** A day's score to be kept. */
export interface KeptScore {
	readonly userId: number;
	readonly date: string;
	/** Columns of `daily_scores`, by property. */
	readonly columns: Readonly<Record<string, number | null>>;
	/** JSON. */
	readonly parts: string;
	readonly zone: string;
}

/** Number of the advisory-lock class: who computes somebody's scores waits for others who do. */
const lockClass = 4014;

/** Nobody else computes these people's scores until the transaction ends. */
export function lockScores(tx: Transaction, userIds: readonly number[]): void {
	tx.later(sql`
		select pg_advisory_xact_lock(${lockClass}::int, id)
		from (select distinct id from unnest(${sql.val([...userIds])}::int[]) as given(id) order by id offset 0) as people`);
}

/** Keeps scores with how they came about: new days are added, others changed where they differ. */
export async function keepScores(tx: Transaction, scores: readonly KeptScore[]): Promise<void> {
	if (scores.length === 0) return;
	const keys = JSON.stringify(scores.map(({ userId, date }) => ({ user_id: userId, date })));
	const there = await tx.query(sql<RowValues>`
		select ${selection(readableColumns(DailyScores, tx.caller))} from json_to_recordset(${keys}::json) as k(user_id int, date date)
			join public.daily_scores t on t.user_id = k.user_id and t.date = k.date`);
	const known = new Map(there.map((row) => [`${row.userId} ${row.date}`, row]));
	const added = scores.filter(({ userId, date }) => !known.has(`${userId} ${date}`));
	await insertRows(
		tx,
		DailyScores,
		added.map(({ userId, date, columns }) => ({ userId, date, ...columns })),
	);
	const changed = scores.flatMap(({ userId, date, columns }) => {
		const row = known.get(`${userId} ${date}`);
		const differs = row !== undefined && Object.entries(columns).some(([property, value]) => row[property] !== value);
		return differs ? [{ id: row.id as number, changes: columns }] : [];
	});
	if (changed.length > 0) await editRows(tx, DailyScores, changed);
	const explained = scores.map(({ userId, date, parts, zone }) => ({
		user_id: userId,
		date,
		parts: JSON.parse(parts),
		zone,
	}));
	await tx.query(sql`
		insert into scoring.explanation (user_id, date, parts, zone)
		select user_id, date, parts, zone
		from json_to_recordset(${JSON.stringify(explained)}::json) as e(user_id int, date date, parts jsonb, zone text)
		on conflict (user_id, date) do update set (parts, zone, computed_at) = (excluded.parts, excluded.zone, now())`);
}

/** A day of a person. */
interface PersonDay {
	readonly user_id: number;
	readonly date: string;
}

/** Which of some days have a score, as `user_id date`. */
export function scoredDays(tx: Transaction, days: readonly PersonDay[]): Promise<Set<string>> {
	return daysIn(tx, sql`public.daily_scores`, days);
}

/** Which of some days were computed, as `user_id date`. */
export function computedDays(tx: Transaction, days: readonly PersonDay[]): Promise<Set<string>> {
	return daysIn(tx, sql`scoring.explanation`, days);
}

async function daysIn(tx: Transaction, table: RawBuilder<unknown>, days: readonly PersonDay[]): Promise<Set<string>> {
	const rows = await tx.query(sql<PersonDay>`
		select k.user_id, k.date from json_to_recordset(${JSON.stringify(days)}::json) as k(user_id int, date date)
			join ${table} known on known.user_id = k.user_id and known.date = k.date`);
	return new Set(rows.map(({ user_id, date }) => `${user_id} ${date}`));
}

/** A person's newest score, with how it came about where it was computed here. */
export async function latestScore(
	tx: Transaction,
	userId: number,
): Promise<{ score: RowValues; parts: string | null; computed_at: string | null } | undefined> {
	const rows = await tx.query(sql<RowValues & { parts: string | null; computed_at: string | null }>`
		select ${selection(readableColumns(DailyScores, tx.caller))}, e.parts::text as parts, e.computed_at
		from public.daily_scores t left join scoring.explanation e on e.user_id = t.user_id and e.date = t.date
		where t.user_id = ${userId}::int order by t.date desc limit 1`);
	const [row] = rows;
	if (row === undefined) return undefined;
	const { parts, computed_at, ...score } = row;
	return { score, parts, computed_at };
}
