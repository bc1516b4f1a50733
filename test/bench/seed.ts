import { hashSync } from "@node-rs/bcrypt";
import type pg from "pg";

/** How much {@link seed} makes. */
export interface SeedOptions {
	/** Rows of vitals_samples, spread evenly over the patients. */
	readonly rows: number;
	/** Default: 100. */
	readonly patients?: number;
}

/** Everybody's password in the benchmark. */
export const benchPassword = "heart-bench-2026";

/** The address of the n-th therapist, from 1. */
export const therapistEmail = (n: number): string => `bench-therapist-${n}@bench.example`;

const therapists = 5;

/** Two years that end here, whatever day it is: the same requests find the same rows. */
const end = "2026-11-01T00:00:00Z";
const spanSeconds = 730 * 86_400;

/** Makes the people and their vital signs. Every run makes the same rows; nothing is random. */
export async function seed(owner: pg.Client, { rows, patients = 100 }: SeedOptions): Promise<void> {
	// The lowest cost bcrypt has: how long a sign-in takes is not what is measured.
	const password = hashSync(benchPassword, { cost: 4 });
	await owner.query(
		`insert into users (email, name, role, password)
		select 'bench-therapist-' || n || '@bench.example', 'Therapist ' || n, 'therapist', $1 from generate_series(1, ${therapists}) n`,
		[password],
	);
	await owner.query(
		`insert into users (email, name, role, password)
		select 'bench-patient-' || n || '@bench.example', 'Given' || n || ' Family' || n, 'patient', $1 from generate_series(1, $2) n`,
		[password, patients],
	);
	// With the columns a profile has when somebody filled it in; with triggers, which make a Patient of each.
	await owner.query(
		`insert into patients (therapist_id, user_id, first_name, last_name, name, date_of_birth, gender, email, primary_phone,
			primary_phone_type, street_address, city, state, postal_code, country, emergency_contact1_name,
			emergency_contact1_relationship, emergency_contact1_phone, surgery_date, surgery_type, is_active, created_at, updated_at)
		select t.id, u.id, 'Given' || n, 'Family' || n, 'Given' || n || ' Family' || n, date '1940-01-01' + n * 97,
			case when n % 2 = 0 then 'female' else 'male' end, u.email, '+1-555-01' || lpad(n::text, 2, '0'), 'mobile',
			n || ' Main Street', 'Springfield', 'MA', lpad((1000 + n)::text, 5, '0'), 'USA', 'Contact' || n || ' Family' || n,
			'spouse', '+1-555-02' || lpad(n::text, 2, '0'), date '2024-10-01' + n, 'CABG', true,
			timestamptz '2024-10-01T09:00:00Z', timestamptz '2024-10-01T09:00:00Z'
		from generate_series(1, $1) n
		join users t on t.email = 'bench-therapist-' || (n - 1) % ${therapists} + 1 || '@bench.example'
		join users u on u.email = 'bench-patient-' || n || '@bench.example'
		order by n`,
		[patients],
	);
	await addVitals(owner, rows);
}

/**
 * Adds rows of vital signs, spread over all patients of {@link seed} and its two years, in the order of time as they would come in: of eight
 * samples two have pressure and pulse, two pulse, two pulse and saturation, one weight, one temperature. That is 1.5 Observations a row.
 */
export async function addVitals(owner: pg.Client, rows: number): Promise<void> {
	await owner.query("begin");
	// Past triggers and foreign keys, which a table of five million rows would feel; what they would do for these rows is nothing.
	await owner.query("set local session_replication_role = replica");
	await owner.query(
		`with people as (
			select array_agg(u.id order by p.id) as ids, count(*)::int as count
			from patients p join users u on u.id = p.user_id where u.email like 'bench-patient-%'
		), sample as (
			select n, n / count as k, ids[n % count + 1] as user_id, ${spanSeconds}::float8 / greatest($1 / count, 1) as step
			from people, generate_series(0, $1::int - 1) n
		), timed as (
			select *, k % 8 as kind,
				timestamptz '${end}' - interval '${spanSeconds} seconds'
					+ floor(k * step + (n::bigint * 7919) % greatest(floor(step)::bigint, 1)) * interval '1 second' as at
			from sample
		)
		insert into vitals_samples (user_id, systolic_bp, diastolic_bp, heart_rate, weight, oxygen_saturation, temperature,
			recorded_at, notes, created_at, updated_at)
		select user_id,
			case when kind in (0, 4) then 105 + (n + k) % 40 end, case when kind in (0, 4) then 65 + (n + k) % 25 end,
			case when kind not in (3, 6) then 58 + (n + k) % 45 end,
			case when kind = 3 then ((1500 + (n + k) % 600)::numeric / 10)::float8 end,
			case when kind in (2, 7) then 92 + (n + k) % 8 end,
			case when kind = 6 then ((970 + (n + k) % 25)::numeric / 10)::float8 end,
			at, case when n % 50 = 7 then 'after the stairs' end, at + interval '5 seconds', at + interval '5 seconds'
		from timed order by n`,
		[rows],
	);
	await owner.query("commit");
	// As autovacuum leaves a table in use: else the first readers pay for hint bits, and plans are made without statistics.
	await owner.query("vacuum (analyze) vitals_samples, users, patients, fhir.person");
}
