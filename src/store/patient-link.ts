import { sql } from "kysely";
import type { Transaction } from "./database.ts";

/** Whether an account is a patient's, so that a patient profile may be tied to it. The caller must be able to see it. */
export async function isPatientAccount(tx: Transaction, userId: number): Promise<boolean> {
	const rows = await tx.query(sql`
		select 1 from public.users u where u.id = ${userId}::int and coalesce(u.role, 'patient') = 'patient'`);
	return rows.length > 0;
}

/** Whether an account is a therapist's, so that patients can be in its care. Asked as the system: a therapist sees no other one. */
export async function isTherapistAccount(tx: Transaction, userId: number): Promise<boolean> {
	const rows = await tx.query(sql`select 1 from public.users u where u.id = ${userId}::int and u.role = 'therapist'`);
	return rows.length > 0;
}
