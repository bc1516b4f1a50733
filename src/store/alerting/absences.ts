import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** Somebody who has not measured for days. */
export interface SilentPerson {
	readonly user_id: number;
	/** Their last measurement; when they became a patient where there is none. */
	readonly since: string;
}

/** Active patients with an account who have measured nothing since a moment. */
export async function silentPeople(tx: Transaction, moment: string): Promise<SilentPerson[]> {
	return tx.query(sql<SilentPerson>`
		select s.user_id, coalesce(last.at, p.created_at) as since
		from fhir.person s join public.patients p on p.id = s.patient_id
			left join lateral (
				select v.recorded_at as at from public.vitals_samples v
				where v.user_id = s.user_id and v.recorded_at <= now() order by v.recorded_at desc limit 1) last on true
		where s.subject and coalesce(p.is_active, true)
			and coalesce(last.at, p.created_at) <= ${moment}::timestamptz`);
}

/** A medication somebody takes, with when it was logged. */
export interface MedicationTaken {
	readonly user_id: number;
	readonly timezone: string | null;
	readonly frequency: string | null;
	readonly time_of_day: string | null;
	readonly start_date: string | null;
	readonly end_date: string | null;
	readonly created_at: string;
	readonly logs: readonly string[];
}

/** Active patients after an id, by id: the people whose doses are looked at next. */
export async function peopleAfter(tx: Transaction, userId: number, most: number): Promise<number[]> {
	const rows = await tx.query(sql<{ user_id: number }>`
		select s.user_id from fhir.person s join public.patients p on p.id = s.patient_id
		where s.subject and s.user_id > ${userId} and coalesce(p.is_active, true) order by s.user_id limit ${most}`);
	return rows.map(({ user_id }) => user_id);
}

/** What some people take at present, with the logs within a time. */
export async function medicationsTaken(
	tx: Transaction,
	userIds: readonly number[],
	from: string,
	before: string,
): Promise<MedicationTaken[]> {
	return tx.query(sql<MedicationTaken>`
		select m.user_id, u.timezone, m.frequency, m.time_of_day, m.start_date, m.end_date, m.created_at,
			array(select to_char(l.taken_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from public.medication_logs l
				where l.medication_id = m.id and l.taken_at >= ${from}::timestamptz and l.taken_at < ${before}::timestamptz) as logs
		from public.medications m join public.users u on u.id = m.user_id
		where m.user_id = any(${sql.val([...userIds])}::int[]) and coalesce(m.is_active, true)`);
}
