import { sql } from "kysely";
import { ExercisePrescriptions } from "../tables/exercise-prescriptions.ts";
import type { Transaction } from "./database.ts";
import { readableColumns, selection } from "./row-columns.ts";
import type { RowValues } from "./rows.ts";
import type { Stretch } from "./vitals-figures.ts";

/** Prescriptions of a patient that are to be followed on a day, by start, with `exerciseName`; at most 200. */
export async function activePrescriptions(tx: Transaction, patientId: number, day: string): Promise<RowValues[]> {
	return tx.query(sql<RowValues>`
		select ${selection(readableColumns(ExercisePrescriptions, tx.caller))}, e.name as "exerciseName"
		from public.exercise_prescriptions t join public.exercises e on e.id = t.exercise_id
		where t.patient_id = ${patientId}::int and coalesce(t.status, 'active') = 'active'
			and (t.start_date is null or t.start_date <= ${day}::date) and (t.end_date is null or t.end_date >= ${day}::date)
		order by t.start_date nulls first, t.id limit 200`);
}

/** When sessions of prescriptions were done within a stretch of time, by exercise_prescriptions.id, ascending. */
export async function sessionsDone(
	tx: Transaction,
	prescriptionIds: readonly number[],
	from: string,
	before: string,
): Promise<Map<number, string[]>> {
	const rows = await tx.query(sql<{ prescription_id: number; done: string[] }>`
		select l.prescription_id, array_agg(l.completed_at order by l.completed_at, l.id)::text[] as done
		from public.exercise_logs l
		where l.prescription_id = any(${sql.val([...prescriptionIds])}::int[]) and l.completed_at >= ${from}::timestamptz
			and l.completed_at < ${before}::timestamptz
		group by l.prescription_id`);
	return new Map(rows.map(({ prescription_id, done }) => [prescription_id, done]));
}

/** What a person trained in a stretch of time; null where no log says it. */
export interface Trained {
	readonly sessions: number;
	readonly minutes: number | null;
	readonly distanceMiles: number | null;
	readonly calories: number | null;
	readonly meanHeartRate: number | null;
	readonly maxHeartRate: number | null;
}

/** What a person trained in each stretch, in order. */
export async function trainedWithin(
	tx: Transaction,
	userId: number,
	stretches: readonly Stretch[],
): Promise<Trained[]> {
	const edges = (edge: "from" | "before") => sql`${sql.val(stretches.map((one) => one[edge]))}::timestamptz[]`;
	return tx.query(sql<Trained>`
		select l.* from unnest(${edges("from")}, ${edges("before")}) with ordinality as s(starts, ends, number)
			cross join lateral (
				select count(*)::int as sessions, sum(l.duration)::float8 as minutes,
					app.at_most(round(sum(l.distance::numeric), 2), 1e9)::float8 as "distanceMiles", sum(l.calories)::float8 as calories,
					round(avg(l.avg_heart_rate), 1)::float8 as "meanHeartRate", max(l.max_heart_rate) as "maxHeartRate"
				from public.exercise_logs l
				where l.user_id = ${userId}::int and l.completed_at >= s.starts and l.completed_at < s.ends) l
		order by s.number`);
}
