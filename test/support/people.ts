import { hashSync } from "@node-rs/bcrypt";
import { serverCaller } from "../../src/access/caller.ts";
import type { Database } from "../../src/store/database.ts";
import { insertRows } from "../../src/store/rows.ts";
import { Calendars } from "../../src/tables/calendars.ts";
import { Patients } from "../../src/tables/patients.ts";
import { Users } from "../../src/tables/users.ts";

/** Everybody's password in tests. */
export const testPassword = "heart-test-2026";

const password = hashSync(testPassword, { cost: 4 });

/** Ids of the people every test database starts with. */
export interface People {
	readonly admin: number;
	readonly therapist: number;
	readonly therapist2: number;
	/** users.id; `patient` and `patient2` are in the care of `therapist`, `other` in that of `therapist2`. */
	readonly patient: number;
	readonly patient2: number;
	readonly other: number;
	/** patients.id of the three. */
	readonly profiles: { readonly patient: number; readonly patient2: number; readonly other: number };
	/** calendars.id of the three's default calendars. */
	readonly calendars: { readonly patient: number; readonly patient2: number; readonly other: number };
}

/** Makes an admin, two therapists and their patients; e-mail addresses are `<name>@test.example`. */
export async function createPeople(database: Database): Promise<People> {
	return database.write(serverCaller, async (tx) => {
		const account = (name: string, role: string) => ({
			email: `${name}@test.example`,
			name: `Test ${name}`,
			role,
			password,
		});
		const users = await insertRows(tx, Users, [
			account("admin", "admin"),
			account("therapist", "therapist"),
			account("therapist2", "therapist"),
			account("patient", "patient"),
			account("patient2", "patient"),
			account("other", "patient"),
		]);
		const [admin, therapist, therapist2, patient, patient2, other] = users.map((row) => row.id as number) as [
			number,
			number,
			number,
			number,
			number,
			number,
		];
		const rows = await insertRows(tx, Patients, [
			profile(therapist, patient, "Paula", "Patient"),
			profile(therapist, patient2, "Peter", "Second"),
			profile(therapist2, other, "Olga", "Other"),
		]);
		const calendars = await insertRows(
			tx,
			Calendars,
			[patient, patient2, other].map((userId) => ({ userId, name: "Mine", isDefault: true })),
		);
		const three = (ids: readonly { id?: unknown }[]) => {
			const [one, two, three] = ids.map(({ id }) => id as number) as [number, number, number];
			return { patient: one, patient2: two, other: three };
		};
		return {
			admin,
			therapist,
			therapist2,
			patient,
			patient2,
			other,
			profiles: three(rows),
			calendars: three(calendars),
		};
	});
}

function profile(therapistId: number, userId: number, firstName: string, lastName: string) {
	return {
		therapistId,
		userId,
		firstName,
		lastName,
		name: `${firstName} ${lastName}`,
		dateOfBirth: "1960-05-17",
		surgeryDate: "2026-06-01",
		isActive: true,
	};
}
