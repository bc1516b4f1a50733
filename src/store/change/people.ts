import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { Failure } from "../../fhir/failure.ts";
import type { Cells } from "../../mapping/unit.ts";
import type { Transaction } from "../database.ts";
import type { Found, Lookup } from "../lookups.ts";
import { template, unsized } from "../statement.ts";

/** The account that answers for patients who arrive without a therapist of ours. */
const intakeEmail = "intake@heart-recovery.invalid";

/** Row ids behind literal references, as far as the caller may see them: `Patient/12` → users.id, `Practitioner/user-5` → users.id. */
export class People {
	private readonly known: Known;
	private readonly coming: ReadonlySet<string>;

	constructor(known: Known, coming: ReadonlySet<string>) {
		this.known = known;
		this.coming = coming;
	}

	/** A users.id; 0 for a Patient that is created in the same bundle and has none yet. */
	resolve(reference: string): number | undefined {
		return this.known.users.get(reference) ?? (this.coming.has(reference) ? 0 : undefined);
	}

	/** The id of the Patient that stands for a person; undefined where that was not looked up. */
	subjectOf(user: number): string | undefined {
		return this.known.subjects.get(user);
	}
}

/** What a transaction has found out about people. */
interface Known {
	/** users.id by relative reference. */
	readonly users: Map<string, number>;
	/** Patient ids by users.id. */
	readonly subjects: Map<number, string>;
}

const knownBy = new WeakMap<Transaction, Known>();

/** To be called when patients were changed: who stands for whom may be another now. */
export function forgetPeople(tx: Transaction): void {
	knownBy.delete(tx);
}

interface Person {
	readonly fhir_id: string;
	readonly patient_id: number;
	readonly user_id: number | null;
	readonly subject: string;
}

/** Who stands for a person is seen by whoever sees the person: what is joined needs no look at the policies of its own. */
const peopleNamed = template<Found<Person>, "ids">(
	(place) => sql`
		select p.fhir_id, p.patient_id, p.user_id, coalesce(s.fhir_id, p.fhir_id) subject, k.key::int "$key"
		from unnest(${unsized(place("ids"), "text")}) with ordinality k (id, key) join fhir.person p on p.fhir_id = k.id
			left join fhir.identity s on s.user_id = p.user_id and s.subject`,
);

/** One of them: mostly what is written is about one person. */
const personNamed: Lookup<string, Person> = { statement: (ids) => peopleNamed({ ids }) };

/** Looks up the people some references lead to. `coming`: references to Patients about to be created. */
export async function findPeople(
	tx: Transaction,
	references: ReadonlySet<string>,
	coming: ReadonlySet<string> = new Set(),
): Promise<People> {
	const known = knownBy.get(tx) ?? { users: new Map(), subjects: new Map() };
	knownBy.set(tx, known);
	const { users, subjects } = known;
	const wanted = [...references].filter((one) => !users.has(one));
	const patients = wanted
		.filter((one) => one.startsWith("Patient/") && one !== comingPatient)
		.map((one) => one.slice("Patient/".length));
	const therapists = wanted.flatMap((one) => {
		const found = /^Practitioner\/user-([1-9]\d{0,8})$/.exec(one);
		return found === null ? [] : [Number(found[1])];
	});
	if (patients.length > 0) {
		const rows =
			patients.length === 1
				? [await tx.find(personNamed, patients[0] as string)]
				: await tx.query(peopleNamed({ ids: patients }));
		for (const row of rows) {
			if (row === undefined) continue;
			const user = row.user_id ?? (await giveAccount(tx, row.patient_id));
			users.set(`Patient/${row.fhir_id}`, user);
			subjects.set(user, row.subject);
		}
	}
	if (therapists.length > 0) {
		const rows = await tx.query(sql<{ id: number }>`
			select id from users where id = any(${sql.val(therapists)}::int[]) and role = 'therapist'`);
		for (const row of rows) users.set(`Practitioner/user-${row.id}`, row.id);
	}
	return new People(known, coming);
}

/** Stands for any Patient of the same bundle; no id of ours is 0. */
export const comingPatient = "Patient/0";

/** A patient, or an app that was granted one patient's data. */
function actsForPatient({ caller }: Transaction): boolean {
	return caller.role === "person" || caller.role === "app";
}

/** A patient that was made without an account gets one when the first data about them arrives. */
async function giveAccount(tx: Transaction, patientId: number): Promise<number> {
	if (actsForPatient(tx)) throw new Failure("forbidden", "only a therapist or an administrator can do this");
	return tx.asSystem(async () => {
		const [patient] = await tx.query(sql<{ user_id: number | null; name: string; email: string | null }>`
			select user_id, name, email from patients where id = ${patientId} for update`);
		if (patient?.user_id != null) return patient.user_id;
		const id = await addAccount(tx, patient?.name ?? "Unknown", patient?.email ?? null, "patient");
		await tx.query(sql`update patients set user_id = ${id} where id = ${patientId}`);
		return id;
	});
}

/**
 * What a patients row needs beside what a Patient says: an account (role patient, no password) and a therapist – the one named if
 * they are ours, else the therapist who acts, else the intake therapist.
 */
export async function completePatient(tx: Transaction, cells: Cells): Promise<Cells> {
	if (actsForPatient(tx)) throw new Failure("forbidden", "a patient cannot add patients, nor can an app for one");
	const acting = tx.caller.role === "therapist" ? tx.caller.userId : undefined;
	// A therapist cannot add patients for another one: they would not see what they made.
	const named = acting ?? (cells.therapistId as number | null | undefined);
	return tx.asSystem(async () => {
		const userId = await addAccount(tx, String(cells.name), cells.email as string | null, "patient");
		return { ...cells, userId, therapistId: named ?? (await intakeTherapist(tx)) };
	});
}

async function intakeTherapist(tx: Transaction): Promise<number> {
	await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('intake therapist', 0))`);
	const [found] = await tx.query(sql<{ id: number }>`select id from users where email = ${intakeEmail}`);
	return found?.id ?? addAccount(tx, "Intake", intakeEmail, "therapist");
}

/** Adds an account that cannot sign in. An address somebody else has is not taken over. */
async function addAccount(
	tx: Transaction,
	name: string,
	email: string | null,
	role: "patient" | "therapist",
): Promise<number> {
	const unique = `${role}-${randomUUID()}@heart-recovery.invalid`;
	const [row] = await tx.query(sql<{ id: number }>`
		insert into users (email, name, role)
		select case when ${email}::text is null or exists (select 1 from users where lower(email) = lower(${email}::text))
			then ${unique} else ${email}::text end, ${name}, ${role}
		returning id`);
	return (row as { id: number }).id;
}

/** What a calendar_events row needs beside what an Appointment says: the person's default calendar, made when there is none. */
export async function defaultCalendars(tx: Transaction, userIds: readonly number[]): Promise<Map<number, number>> {
	const ids = [...new Set(userIds)].sort((a, b) => a - b);
	for (const id of ids) await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('default calendar', ${id}))`);
	await tx.query(sql`
		insert into calendars (user_id, name, is_default, is_visible)
		select u, 'Calendar', true, true from unnest(${sql.val(ids)}::int[]) u
		where not exists (select 1 from calendars c where c.user_id = u and c.is_default)`);
	const rows = await tx.query(sql<{ user_id: number; id: number }>`
		select user_id, min(id) id from calendars where user_id = any(${sql.val(ids)}::int[]) and is_default group by user_id`);
	return new Map(rows.map((row) => [row.user_id, row.id]));
}
