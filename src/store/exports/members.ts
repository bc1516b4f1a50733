import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** The persons behind Patients the caller may see, by the Patients' ids: users.id, or null for one without an account. */
export async function usersOfPatients(
	tx: Transaction,
	ids: readonly string[],
): Promise<ReadonlyMap<string, number | null>> {
	const rows = await tx.query(sql<{ fhir_id: string; user_id: number | null }>`
		select p.fhir_id, p.user_id from fhir.person p where p.fhir_id = any(${sql.val([...ids])}::text[])`);
	return new Map(rows.map(({ fhir_id, user_id }) => [fhir_id, user_id]));
}
