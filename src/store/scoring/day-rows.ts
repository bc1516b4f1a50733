import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** One civil day of a person, with where it begins and ends. */
export interface DayAsked {
	readonly user_id: number;
	/** `YYYY-MM-DD`. */
	readonly date: string;
	readonly opens: string;
	readonly closes: string;
	/** Where the seven days up to this one begin, and the four weeks. */
	readonly week: string;
	readonly month: string;
}

/** What the rows of a day say. */
export interface DayRows {
	readonly user_id: number;
	readonly date: string;
	/** JSON: samples as the columns are, by property. */
	readonly samples: string;
	readonly minutes: number | null;
	readonly rating: number | null;
	readonly sodium: number | null;
	readonly slept: boolean;
	readonly hours: number | null;
	readonly quality: number | null;
}

/** What the rows of some days say, in one statement. */
export async function dayRows(tx: Transaction, days: readonly DayAsked[]): Promise<DayRows[]> {
	return tx.query(sql<DayRows>`
		select d.user_id, d.date, coalesce(v.samples, '[]')::text as samples, e.minutes, f.rating, f.sodium,
			s.user_id is not null as slept, s.hours, s.quality
		from json_to_recordset(${JSON.stringify(days)}::json)
				as d(user_id int, date date, opens timestamptz, closes timestamptz, week timestamptz, month timestamptz)
			left join lateral (
				select json_agg(json_build_object('systolicBP', v.systolic_bp, 'diastolicBP', v.diastolic_bp, 'heartRate', v.heart_rate,
					'oxygenSaturation', v.oxygen_saturation, 'temperature', v.temperature)) as samples
				from public.vitals_samples v
				where v.user_id = d.user_id and v.recorded_at >= d.opens and v.recorded_at < d.closes) v on true
			left join lateral (
				select coalesce(sum(e.duration) filter (where e.completed_at >= d.week), 0)::int as minutes
				from public.exercise_logs e
				where e.user_id = d.user_id and e.completed_at >= d.month and e.completed_at < d.closes
				having count(*) > 0) e on true
			left join lateral (
				select avg(f.health_rating)::float8 as rating, sum(f.sodium * coalesce(i.quantity, 1))::float8 as sodium
				from public.meal_entries m join public.meal_item_entries i on i.meal_entry_id = m.id
					join public.food_items f on f.id = i.food_item_id
				where m.user_id = d.user_id and m.meal_time >= d.opens and m.meal_time < d.closes) f on true
			left join lateral (
				select l.user_id, l.total_hours as hours, l.quality from public.sleep_logs l
				where l.user_id = d.user_id and l.sleep_date = d.date order by l.total_hours desc nulls last, l.id limit 1) s on true`);
}
