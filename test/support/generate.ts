import type { Clinic } from "./clinic.ts";

/** A source of repeatable choices. */
export interface Choices {
	/** A whole number from 0, below `limit`. */
	below(limit: number): number;
	one<T>(list: readonly T[]): T;
	/** True once in `times`. */
	once(times: number): boolean;
	/** Some items, in their order, at most `count`. */
	some<T>(list: readonly T[], count: number): T[];
}

/** Choices that are the same for the same seed (mulberry32). */
export function choices(seed: number): Choices {
	let state = seed;
	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	const below = (limit: number) => Math.floor(next() * limit);
	return {
		below,
		one: (list) => list[below(list.length)] as never,
		once: (times) => below(times) === 0,
		some: (list, count) => {
			const chosen = new Set<number>();
			while (chosen.size < Math.min(count, list.length)) chosen.add(below(list.length));
			return [...chosen].sort((a, b) => a - b).map((index) => list[index] as never);
		},
	};
}

const names = [
	["Änne", "Müller"],
	["José María", "García-López"],
	["Zoë", "O'Brien"],
	["Søren", "Kierkegaard"],
	["Νίκος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"],
	["Anna", null],
	[null, "van der Berg"],
	["Ana\u0301is", "de\u0301 la Cruz"],
	["Bob", "a, b|c$d\\e"],
] as const;

/** Patients 5 onwards of the two therapists, with people behind them: accents, missing parts, several rows of one user. */
export async function generatePatients(clinic: Clinic, { below, one, once }: Choices): Promise<void> {
	for (const [index, [given, family]] of names.entries()) {
		const [user] = await clinic.owner<{ id: number }>(
			"insert into users (email, name, role) values ($1, 'G', 'patient') returning id",
			[`g${index}@clinic.example`],
		);
		const values = [
			1 + (index % 3 === 2 ? 1 : 0),
			user?.id,
			given,
			family,
			[given, family].filter(Boolean).join(" "),
			once(4) ? null : `19${50 + below(3)}-0${1 + below(3)}-1${below(10)}`,
			one([null, "male", "female", "other"]),
			one([null, `g${index}@mail.example`]),
			one([null, "+1 555 0100", "555-0101"]),
			one([null, "mobile", "home", "work"]),
			one([null, "555-0102"]),
			one([null, "12 Main St.\nApt 3", "Élysée 1"]),
			one([null, "New York", "Zürich"]),
			one([null, "NY"]),
			one([null, "10001", "8001"]),
			one([null, "US", "CH"]),
			one([null, true, false]),
		];
		await clinic.owner(
			`insert into patients (therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, email, primary_phone, primary_phone_type,
				alternate_phone, street_address, city, state, postal_code, country, is_active)
			values (${values.map((_, at) => `$${at + 1}`).join()})`,
			values,
		);
	}
	await clinic.owner("insert into patients (therapist_id, user_id, name, is_active) values (1, 5, 'Cleo again', true)");
}

/** Rows of people, `each` per person and table: nulls, ties in time, fractions of seconds, every status. */
export async function generateRows(clinic: Clinic, { below, one, once }: Choices, each: number): Promise<void> {
	const users = (
		await clinic.owner<{ user_id: number }>(
			"select distinct user_id from patients where user_id is not null order by 1",
		)
	).map((row) => row.user_id);
	const moment = () =>
		`2025-0${1 + below(3)}-${10 + below(3)}T0${below(3)}:${one(["00", "30"])}:00${one(["", "", ".5", ".123"])}Z`;
	const day = () => `2025-0${1 + below(3)}-1${below(3)}`;
	const vitals: unknown[][] = [];
	const medications: unknown[][] = [];
	const events: unknown[][] = [];
	for (const user of users) {
		const [calendar] = await clinic.owner<{ id: number }>(
			"insert into calendars (user_id, name, is_default) values ($1, 'Mine', true) returning id",
			[user],
		);
		for (let count = 0; count < each; count++) {
			vitals.push([
				user,
				once(2) ? 110 + below(20) : null,
				once(2) ? 70 + below(10) : null,
				once(2) ? 60 + below(20) : null,
				once(2) ? 170 + below(400) / 100 : null,
				once(3) ? 90 + below(10) : null,
				once(3) ? 97 + below(30) / 10 : null,
				moment(),
				one([null, "résumé", "after walking"]),
			]);
			const [start, end] = [one([null, day()]), one([null, null, "2025-06-01"])];
			medications.push([
				user,
				one(["Aspirin", "Métoprolol", "Warfarin"]),
				one([null, "10mg", "2.5 mL", "two pills"]),
				one([null, "daily"]),
				one([null, "morning", "bedtime"]),
				start,
				end,
				one([null, "Dr. Ångström"]),
				one([null, true, false]),
			]);
			events.push([
				calendar?.id,
				user,
				one(["Walk", "Visit"]),
				moment(),
				one([null, "2025-05-01T10:00:00Z"]),
				one([null, "Clinic"]),
				one([null, "therapy"]),
				one([null, "pending", "completed", "cancelled"]),
			]);
		}
	}
	await insert(
		clinic,
		"vitals_samples (user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature, recorded_at, notes)",
		vitals,
	);
	await insert(
		clinic,
		"medications (user_id, name, dosage, frequency, time_of_day, start_date, end_date, prescribed_by, is_active)",
		medications,
	);
	await insert(
		clinic,
		"calendar_events (calendar_id, user_id, title, start_time, end_time, location, category, status)",
		events,
	);
}

async function insert(clinic: Clinic, into: string, rows: readonly unknown[][]): Promise<void> {
	const literal = (value: unknown) =>
		value === null ? "null" : typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
	if (rows.length > 0)
		await clinic.owner(`insert into ${into} values ${rows.map((row) => `(${row.map(literal).join()})`).join()}`);
}
