import { sql } from "kysely";
import type { Transaction } from "./database.ts";

/** Civil days: the first, and the first after them. */
export interface DayStretch {
	readonly firstDay: string;
	readonly nextDay: string;
}

/** How a person slept in some nights; null where no log says it. */
export interface Slept {
	readonly nights: number;
	readonly meanHours: number | null;
	readonly minHours: number | null;
	readonly maxHours: number | null;
	readonly meanQuality: number | null;
	readonly meanInterruptions: number | null;
}

/** How a person slept in each stretch, in order. Hours are those logged, else from bedtime to waking. */
export async function sleptWithin(tx: Transaction, userId: number, stretches: readonly DayStretch[]): Promise<Slept[]> {
	const edges = (edge: keyof DayStretch) => sql`${sql.val(stretches.map((one) => one[edge]))}::date[]`;
	const hours = sql`coalesce(l.total_hours, nullif(greatest(extract(epoch from l.wake_time - l.bedtime) / 3600, 0), 0))::numeric`;
	return tx.query(sql<Slept>`
		select f.* from unnest(${edges("firstDay")}, ${edges("nextDay")}) with ordinality as s(first_day, next_day, number)
			cross join lateral (
				select count(*)::int as nights, round(avg(l.hours), 2)::float8 as "meanHours", round(min(l.hours), 2)::float8 as "minHours",
					round(max(l.hours), 2)::float8 as "maxHours", round(avg(l.quality), 2)::float8 as "meanQuality",
					round(avg(l.interruptions), 2)::float8 as "meanInterruptions"
				from (select l.quality, l.interruptions, ${hours} as hours from public.sleep_logs l
					where l.user_id = ${userId}::int and l.sleep_date >= s.first_day and l.sleep_date < s.next_day) l) f
		order by s.number`);
}

/** What a person drank on a day, and what they meant to. */
export interface Drunk {
	readonly date: string;
	readonly amountOz: number;
	readonly logs: number;
	/** The day's own goal, else the last one set before; null where there never was one. */
	readonly goalOz: number | null;
}

/** What a person drank on each day of a range, both ends included. */
export async function drunkOn(tx: Transaction, userId: number, from: string, to: string): Promise<Drunk[]> {
	return tx.query(sql<Drunk>`
		select d.day::date as date, app.at_most(round(coalesce(l.amount, 0), 1), 1e9)::float8 as "amountOz", l.logs,
			coalesce(l.goal, (select g.goal_oz from public.hydration_logs g
				where g.user_id = ${userId}::int and g.log_date < d.day::date and g.goal_oz is not null
				order by g.log_date desc, g.id desc limit 1)) as "goalOz"
		from generate_series(${from}::date::timestamp, ${to}::date::timestamp, interval '1 day') as d(day)
			cross join lateral (
				select sum(l.amount_oz::numeric) as amount, count(*)::int as logs,
					(array_agg(l.goal_oz order by l.id desc) filter (where l.goal_oz is not null))[1] as goal
				from public.hydration_logs l where l.user_id = ${userId}::int and l.log_date = d.day::date) l
		order by d.day`);
}
