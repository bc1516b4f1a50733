import type pg from "pg";
import { therapistEmail } from "./seed.ts";

/** One request; paths are below a server's address. */
export interface Request {
	readonly method: "GET" | "POST";
	readonly path: string;
	readonly body?: string;
}

/** What the requests are about. */
export interface World {
	/** Patients of the caller that are only read. */
	readonly readers: readonly Person[];
	/** Patients of the caller that are written to, so that what is read stays the same. */
	readonly writers: readonly Person[];
	/** Ids of Observations of the readers, in no order a table or index has. */
	readonly observations: readonly string[];
}

/** A patient: patients.id, users.id, and since when their fifty newest samples are. */
export interface Person {
	readonly id: number;
	readonly userId: number;
	readonly since: string;
}

/** Something to measure. Another `n` is another request, the same `n` the same one; writes never repeat a time. */
export interface Scenario {
	readonly name: string;
	/** The least ratio to the bare limit (performance.md). */
	readonly goal: number;
	/** Whether p99 with 16 connections must be within three times the limit's. */
	readonly tail?: true;
	request(world: World, n: number): Request;
}

/** Reads first, as writes make the table grow. */
export const scenarios: readonly Scenario[] = [
	{
		name: "read",
		goal: 0.5,
		tail: true,
		request: ({ observations }, n) => get(`/fhir/Observation/${nth(observations, n)}`),
	},
	{
		name: "search",
		goal: 0.6,
		tail: true,
		request: ({ readers }, n) =>
			get(`/fhir/Observation?patient=${nth(readers, n).id}&category=vital-signs&_sort=-date&_count=50`),
	},
	{
		name: "code-date",
		goal: 0.6,
		request: ({ readers }, n) =>
			get(
				`/fhir/Observation?patient=${nth(readers, n).id}&code=http://loinc.org%7C8867-4&date=ge2025-01-01&_count=100`,
			),
	},
	{ name: "patient", goal: 0.5, request: ({ readers }, n) => get(`/fhir/Patient/${nth(readers, n).id}`) },
	{
		name: "native",
		goal: 0.6,
		request: ({ readers }, n) => get(`/api/vitals?userId=${nth(readers, n).userId}&limit=50`),
	},
	{
		name: "create",
		goal: 0.4,
		request: (world, n) => ({ method: "POST", path: "/fhir/Observation", body: observation(world, n) }),
	},
	{
		name: "bundle",
		goal: 0.25,
		request: (world, n) => ({ method: "POST", path: "/fhir", body: bundleOf(world, n, 50) }),
	},
];

const get = (path: string): Request => ({ method: "GET", path });

/** The n-th, from the start again after the last. */
export function nth<T>(list: readonly T[], n: number): T {
	return list[n % list.length] as T;
}

const quantity = (value: number, unit: string, code: string) =>
	`{"value":${value},"unit":"${unit}","system":"http://unitsofmeasure.org","code":"${code}"}`;

/** What is sent in turn. */
const kinds: readonly { code: string; display: string; value(n: number): string }[] = [
	{ code: "8867-4", display: "Heart rate", value: (n) => quantity(60 + (n % 40), "beats/minute", "/min") },
	{ code: "29463-7", display: "Body weight", value: (n) => quantity(150 + (n % 400) / 10, "lb", "[lb_av]") },
	{
		code: "59408-5",
		display: "Oxygen saturation in Arterial blood by Pulse oximetry",
		value: (n) => quantity(92 + (n % 8), "%", "%"),
	},
	{ code: "8310-5", display: "Body temperature", value: (n) => quantity(97 + (n % 30) / 10, "°F", "[degF]") },
];

/**
 * The n-th Observation as an EHR or a device sends it: coded, without the texts our own have. Its time is one nobody else has, before what
 * is seeded.
 */
export function observation({ writers }: World, n: number): string {
	const { code, display, value } = nth(kinds, n);
	const at = new Date(1_100_000_000_000 + n * 1000).toISOString().replace(".000", "");
	return `{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"${code}","display":"${display}"}]},"subject":{"reference":"Patient/${nth(writers, n >> 2).id}"},"effectiveDateTime":"${at}","valueQuantity":${value(n)}}`;
}

/** The n-th transaction of so many Observations of one patient. */
export function bundleOf(world: World, n: number, size: number): string {
	const one = { ...world, writers: [nth(world.writers, n)] };
	const entries = Array.from({ length: size }, (_, at) => {
		// Years away from what `create` sends.
		const number = 400_000_000 + n * size + at;
		const uuid = `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
		return `{"fullUrl":"urn:uuid:${uuid}","resource":${observation(one, number)},"request":{"method":"POST","url":"Observation"}}`;
	});
	return `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(",")}]}`;
}

/** The world as the seed made it; the caller is the first therapist. */
export async function readWorld(owner: pg.Client): Promise<World> {
	const people = await owner.query<{ id: number; user_id: number; since: string }>(
		`select p.id, p.user_id, to_char(min(v.recorded_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
		from patients p join users t on t.id = p.therapist_id, lateral (
			select recorded_at from vitals_samples where user_id = p.user_id order by recorded_at desc limit 50
		) v where t.email = $1 group by p.id order by p.id`,
		[therapistEmail(1)],
	);
	const persons = people.rows.map((row) => ({ id: row.id, userId: row.user_id, since: row.since }));
	const readers = persons.slice(0, -4);
	const rows = await owner.query<{ id: number; part: string }>(
		`select id, case when weight is not null then 'wt' when temperature is not null then 'temp'
			when systolic_bp is not null and id % 3 > 0 then 'bp' when oxygen_saturation is not null and id % 3 > 0 then 'spo2'
			else 'hr' end as part
		from vitals_samples where user_id = any ($1) order by md5(id::text) limit 4000`,
		[readers.map(({ userId }) => userId)],
	);
	return {
		readers,
		writers: persons.slice(-4),
		observations: rows.rows.map(({ id, part }) => `vs-${id}-${part}`),
	};
}
