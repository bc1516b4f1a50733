import { type RawBuilder, sql } from "kysely";
import type { Transaction } from "./database.ts";

/** Something a person did or that was measured of them. */
export interface Activity {
	/** The row's collection. */
	readonly kind: string;
	readonly id: number;
	readonly at: string;
	/** What it was, as the row says it; null where it says nothing. */
	readonly what: string | null;
}

/** The newest of all that a person did, at most `most`, newest first: the newest of each table by its index, then of all. */
export async function recentActivity(tx: Transaction, userId: number, most: number): Promise<Activity[]> {
	const newest = (
		kind: string,
		table: RawBuilder<unknown>,
		at: RawBuilder<unknown>,
		what: RawBuilder<unknown>,
		by = at,
	) =>
		sql`(select ${kind}::text as kind, t.id, ${at} as at, ${what} as what from ${table}
			where t.user_id = ${userId}::int order by ${by} desc, t.id desc limit ${most}::int)`;
	const measured = sql`concat_ws(', ', t.systolic_bp || '/' || t.diastolic_bp || ' mmHg', t.heart_rate || ' BPM', t.weight || ' lbs',
		t.oxygen_saturation || '%', t.temperature || ' °F')`;
	const sources = [
		newest("vitals", sql`public.vitals_samples t`, sql`t.recorded_at`, sql`nullif(${measured}, '')`),
		newest(
			"medication-logs",
			sql`public.medication_logs t join public.medications m on m.id = t.medication_id`,
			sql`t.taken_at`,
			sql`concat_ws(' ', m.name, t.dosage_taken)`,
		),
		newest("meals", sql`public.meal_entries t`, sql`t.meal_time`, sql`t.meal_type::text`),
		newest(
			"exercise-logs",
			sql`public.exercise_logs t left join public.exercises e on e.id = t.exercise_id`,
			sql`t.completed_at`,
			sql`nullif(concat_ws(', ', e.name, t.duration || ' min'), '')`,
		),
		newest(
			"sleep-logs",
			sql`public.sleep_logs t`,
			sql`coalesce(t.wake_time, t.created_at)`,
			sql`t.total_hours || ' h'`,
			sql`t.sleep_date`,
		),
		newest(
			"hydration-logs",
			sql`public.hydration_logs t`,
			sql`t.created_at`,
			sql`t.amount_oz || ' oz'`,
			sql`t.log_date`,
		),
		sql`(select 'events', t.id, t.start_time, t.title from public.calendar_events t
			where t.user_id = ${userId}::int and t.status = 'completed' order by t.start_time desc, t.id desc limit ${most}::int)`,
		sql`(select 'alerts', t.id, t.created_at, t.title from public.alerts t
			where t.user_id = ${userId}::int order by t.created_at desc, t.id desc limit ${most}::int)`,
	];
	return tx.query(sql<Activity>`
		select * from (${sql.join(sources, sql` union all `)}) as activity(kind, id, at, what)
		order by at desc, kind, id desc limit ${most}::int`);
}
