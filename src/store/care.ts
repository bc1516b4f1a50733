import { sql } from "kysely";
import { Failure } from "../fhir/failure.ts";
import type { Transaction } from "./database.ts";

/** Whether an account the caller sees has a role, and is not deleted (native/anonymise-account.ts). */
export async function hasRole(tx: Transaction, userId: number, role: "patient" | "therapist"): Promise<boolean> {
	const rows = await tx.query(sql`
		select 1 from public.users u where u.id = ${userId}::int and coalesce(u.role, 'patient') = ${role}
			and u.email not like 'deleted-%@deleted.invalid'`);
	return rows.length > 0;
}

/** A therapist whose patients are still theirs stays one. @throws Failure conflict */
export async function refuseWhilePatients(tx: Transaction, therapistId: number): Promise<void> {
	const rows = await tx.query(sql`select 1 from public.patients where therapist_id = ${therapistId}::int limit 1`);
	if (rows.length > 0)
		throw new Failure("conflict", "the therapist still has patients; assign them to another one first");
}

/** Tables whose rows keep a patient from being deleted. */
const personalTables = [
	"vitals_samples",
	"medications",
	"medication_logs",
	"alerts",
	"calendar_events",
	"meal_entries",
	"exercise_logs",
	"therapy_goals",
	"device_connections",
	"sleep_logs",
	"hydration_logs",
	"daily_scores",
	"providers",
];

/** A patient whose data are still here stays: without the profile nobody would look after them. @throws Failure conflict naming what there is */
export async function refuseWhileDataOf(tx: Transaction, userId: number): Promise<void> {
	const checks = personalTables.map(
		(table) =>
			sql`select ${sql.lit(table)} t where exists (select 1 from public.${sql.ref(table)} where user_id = ${userId})`,
	);
	const rows = await tx.query(sql<{ t: string }>`
		${sql.join(checks, sql` union all `)}
		union all select distinct type from fhir.resource where user_id = ${userId} and not deleted and table_name is null`);
	if (rows.length > 0) {
		const names = rows.map((row) => row.t).join(", ");
		throw new Failure("conflict", `the Patient still has data (${names}); delete these first`);
	}
}
