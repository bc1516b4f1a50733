import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** A person as apps may get to know them. */
export interface PersonRow {
	readonly id: number;
	readonly name: string;
	readonly role: "patient" | "therapist" | "admin" | null;
	/** Id of the Patient that stands for them. */
	readonly fhir_id: string | null;
}

export async function findPerson(tx: Transaction, userId: number): Promise<PersonRow | undefined> {
	const rows = await tx.query(sql<PersonRow>`
		select u.id, u.name, u.role, f.fhir_id from public.users u
		left join fhir.person f on f.user_id = u.id and f.subject where u.id = ${userId}`);
	return rows[0];
}

/** A patient somebody may choose. */
export interface PatientChoice {
	/** patients.id */
	readonly id: number;
	readonly name: string;
	readonly date_of_birth: string | null;
	readonly user_id: number | null;
	/** Id of their Patient. */
	readonly fhir_id: string;
}

const columns = sql<PatientChoice>`p.id, p.name, p.date_of_birth::text as date_of_birth, p.user_id, f.fhir_id`;
const tables = sql`public.patients p join fhir.identity f on f.patient_id = p.id`;

/** The patients the caller may see, by name; at most 1000. */
export function patientsToChoose(tx: Transaction): Promise<PatientChoice[]> {
	return tx.query(sql<PatientChoice>`select ${columns} from ${tables} order by p.name, p.id limit 1000`);
}

/** A patient, if the caller may see them. */
export async function patientToChoose(tx: Transaction, patientId: number): Promise<PatientChoice | undefined> {
	const rows = await tx.query(sql<PatientChoice>`select ${columns} from ${tables} where p.id = ${patientId}`);
	return rows[0];
}
