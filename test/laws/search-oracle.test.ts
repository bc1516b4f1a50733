import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import t from "tap";
import { rewriteReferences } from "../../src/fhir/bundle.ts";
import { searchParametersOf } from "../../src/fhir/definitions/definitions.ts";
import { type JsonObject, parseJson } from "../../src/fhir/json.ts";
import { meets } from "../../src/search/meets.ts";
import { kinds } from "../../src/search/params/all.ts";
import { parseSearch } from "../../src/search/parse.ts";
import { supportedSearchParameters } from "../../src/search/supported.ts";
import { editRows } from "../../src/store/change/edit-rows.ts";
import type { Transaction } from "../../src/store/database.ts";
import { applyChanges, planCreates, readResource, searchResources } from "../../src/store/resources.ts";
import { getRow, type RowValues } from "../../src/store/rows.ts";
import type { Entity } from "../../src/tables/all.ts";
import { CalendarEvents } from "../../src/tables/calendar-events.ts";
import { tableName } from "../../src/tables/columns.ts";
import { Medications } from "../../src/tables/medications.ts";
import { Patients } from "../../src/tables/patients.ts";
import { VitalsSamples } from "../../src/tables/vitals-samples.ts";
import { allMatches, base, type Clinic, openClinic, type Resource } from "../support/clinic.ts";
import { choices, generatePatients, generateRows } from "../support/generate.ts";
import { matches, officialParameters } from "../support/search-oracle.ts";
import { queriesFor } from "../support/search-queries.ts";

// Law 4 (design/architecture.md section 3): for each declared parameter the ids from SQL are the ids found by evaluating the official
// expression over the resources as they are read.

const data = new URL("../../../shared/data/", import.meta.url).pathname;
const types = [
	"Patient",
	"Observation",
	"MedicationStatement",
	"Appointment",
	"Practitioner",
	"Condition",
	"Encounter",
	"RiskAssessment",
	"Provenance",
];
/** Parameters that find more here than their official expression says, on purpose (src/fhir/definitions/search-parameters.ts). */
const widened: ReadonlySet<string> = new Set(["Provenance.patient"]);
/** What was asked and found something: `token:not`, `date<ge`. */
const covered = new Set<string>();
const pick = choices(20260801);

const clinic = await openClinic(t);
await generatePatients(clinic, pick);
await generateRows(clinic, pick, 8);
// Occurrences lie where every search sees them: some days around now.
await clinic.owner(`insert into calendar_events (calendar_id, user_id, title, start_time, end_time, status, category, recurrence_rule)
	select c.id, c.user_id, 'Class', date_trunc('day', now()) - interval '9 days' + c.id * interval '1 hour',
		date_trunc('day', now()) - interval '8 days', case when c.id % 2 = 0 then 'cancelled' end, 'therapy', rule
	from (select id, user_id from calendars order by id limit 4) c, (values ('FREQ=DAILY;COUNT=5'), ('FREQ=WEEKLY;COUNT=3')) rules(rule)`);
// Some came from devices, of kinds that their parts are about and of others.
await clinic.owner(`update vitals_samples set device_connection_id = 1 + id % 3, device_record = case id % 4
	when 0 then 'samsung blood-pressure ' || id when 1 then 'polar heart-rate dev-1/heart-rate/' || id
	when 2 then 'samsung body-weight 0AB-' || id else 'strava oxygen-saturation ' || id end where id % 3 > 0`);
await clinic.owner(`insert into devices.provenance (user_id, device_connection_id, vendor, source, device_sync_log_id, action, targets, updated_at)
	select user_id, 1 + id % 3, 'samsung', 'Samsung Health: push', nullif(id % 5, 0), case id % 3 when 0 then 'CREATE' when 1 then 'UPDATE' else 'DELETE' end,
		jsonb_build_array('Observation/vs-' || id || '-hr', 'Observation/vs-' || id + 1 || '-bp'), recorded_at
	from vitals_samples where id % 2 = 0`);
if (existsSync(data)) {
	await putExamples(clinic);
	await createSynthea(clinic);
} else t.comment(`${data} is not here: generated rows only`);
await clinic.put(clinic.therapist, ...handmade());
const edited = await editNatively(clinic);

const [counts] = await clinic.owner(
	`select (select count(*)::int from vitals_samples where fhir_residue is not null) residues,
		(count(*) filter (where overrides <> '{}'))::int overridden from fhir.resource where table_name is not null`,
);
t.comment(
	`vital signs with residues ${counts?.residues}, residues with overridden parameters ${counts?.overridden}, rows edited natively ${edited}`,
);

for (const type of types) {
	t.test(`${type}: every parameter finds what its official expression says (law 4)`, async (t) => {
		const official = officialParameters(type);
		let queries = 0;
		let hits = 0;
		let parameters = 0;
		const wrong: string[] = [];
		const bodies = await clinic.db.read(clinic.therapist, (tx) => visible(tx, type));
		const resources = new Map([...bodies].map(([id, body]) => [id, JSON.parse(JSON.stringify(body)) as JsonObject]));
		await clinic.db.read(clinic.therapist, async (tx) => {
			t.same(
				(await allMatches(tx, type, [["_count", "17"]])).map(({ id }) => id).sort(),
				[...resources.keys()].sort(),
				"without a filter: everything visible, once",
			);
			for (const code of searchParametersOf(type).keys()) {
				const parameter = official.get(code);
				if (parameter === undefined) throw new Error(`${type} has no official parameter ${code}`);
				if (widened.has(`${type}.${code}`)) continue;
				const values = new Map([...resources].map(([id, resource]) => [id, parameter.values(resource)]));
				const distinct = new Map([...values.values()].flat().map((value) => [JSON.stringify(value), value]));
				parameters++;
				for (const { modifier, text } of queriesFor(parameter, [...distinct.values()], pick)) {
					const expected = [...values].flatMap(([id, found]) =>
						isLookedAt(id, code, text) && matches(parameter, found, modifier, text) ? [id] : [],
					);
					const name = modifier === "" ? code : `${code}:${modifier}`;
					const found = await allMatches(tx, type, [
						[name, text],
						["_count", pick.once(12) ? "13" : "1000"],
					]);
					queries++;
					hits += expected.length;
					if (expected.length > 0) covered.add(`${parameter.type}:${/^[A-Z]/.test(modifier) ? "Type" : modifier}`);
					const prefix = /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-\d])/.exec(text)?.[0];
					if (expected.length > 0 && prefix !== undefined) covered.add(`${parameter.type}<${prefix}`);
					const ids = found.map(({ id }) => id);
					if (String([...ids].sort()) !== String(expected.sort()))
						wrong.push(difference(`${name}=${text}`, expected, ids));
					if (code === "_id") continue;
					// The same as what an app is limited to: of resources one looks at anyway, and beside any search.
					const { filters } = parseSearch(type, [[name, text]], { base }).query;
					const met = [...bodies].flatMap(([id, body]) => (meets(body, filters) ? [id] : []));
					if (String(met.sort()) !== String(expected)) wrong.push(difference(`met ${name}=${text}`, expected, met));
					if (!pick.once(6)) continue;
					const limits = new Map([[type, [filters]]]);
					const { query } = parseSearch(type, [["_count", "1000"]], { base });
					const within = (await searchResources(tx, { ...query, limits })).matches.map(({ id }) => id);
					const most = expected.length <= 1000 ? expected : expected.filter((id) => within.includes(id));
					if (String(within.sort()) !== String(most)) wrong.push(difference(`within ${name}=${text}`, most, within));
				}
			}
		});
		t.same(wrong.slice(0, 25), [], `${wrong.length} of ${queries} queries differ`);
		t.comment(`${resources.size} resources, ${parameters} parameters, ${queries} queries, ${hits} matches`);
	});
}

t.test(
	"every kind of parameter, every modifier of it and every prefix was asked for and found something",
	async (t) => {
		const wanted = Object.entries(kinds).flatMap(([kind, { modifiers }]) => [
			`${kind}:`,
			...modifiers.map((modifier) => `${kind}:${modifier}`),
			...(["date", "number", "quantity"].includes(kind)
				? "ne gt lt ge le sa eb ap".split(" ").map((prefix) => `${kind}<${prefix}`)
				: []),
		]);
		t.same(
			[...wanted, "reference:Type"].filter((one) => !covered.has(one)),
			[],
			"not looked at",
		);
		const declared = supportedSearchParameters("Observation").map(({ name }) => name);
		t.same(declared, [...searchParametersOf("Observation").keys()], "what is declared is what was asked for");
	},
);

/** What the caller can read of a type, by id: every row and body there is, asked for one by one. */
async function visible(tx: Transaction, type: string): Promise<Map<string, JsonObject>> {
	const ids = new Set(
		(await clinic.owner<{ id: string }>("select id from fhir.resource where type = $1", [type])).map(({ id }) => id),
	);
	const natural: Record<string, string> = {
		Patient: "select id::text from patients",
		Observation:
			"select 'vs-' || id || '-' || part id from vitals_samples, unnest('{bp,hr,wt,spo2,temp}'::text[]) part",
		MedicationStatement: "select 'med-' || id id from medications",
		Appointment: `select 'ev-' || id id from calendar_events
			union all select 'ev-' || e.id || '-' || to_char((e.start_time + n * interval '1 day' + h * interval '1 hour') at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"')
			from calendar_events e, generate_series(0, 21) n, generate_series(-1, 1) h where e.recurrence_rule is not null`,
		Practitioner: "select 'user-' || id id from users",
		Provenance: "select 'sync-' || id id from devices.provenance",
	};
	const rows = natural[type] === undefined ? [] : await clinic.owner<{ id: string }>(natural[type]);
	for (const { id } of rows) ids.add(id);
	const found = new Map<string, JsonObject>();
	for (const id of ids) {
		const version = await readResource(tx, type, id).catch((error: { kind?: string }) => {
			if (error.kind === "not-found" || error.kind === "gone") return undefined;
			throw error;
		});
		if (version !== undefined && version.method !== "DELETE") found.set(id, parseJson(version.text) as JsonObject);
	}
	return found;
}

/** Of what recurs, a date that is open at one end looks at five years (README): occurrences of today are not within those of long ago. */
function isLookedAt(id: string, code: string, text: string): boolean {
	const year = Number(/^(?:gt|ge|sa|lt|le|eb)(\d{4})/.exec(text)?.[1] ?? Number.NaN);
	const isFar = code === "date" && Math.abs(year - new Date().getUTCFullYear()) > 4;
	return !(isFar && /^ev-\d+-\d{8}T/.test(id));
}

function difference(query: string, expected: readonly string[], found: readonly string[]): string {
	const missing = expected.filter((id) => !found.includes(id));
	const surplus = found.filter((id, at) => !expected.includes(id) || found.indexOf(id) !== at);
	return `${query}: ${missing.length} missing (${missing.slice(0, 3).join()}), ${surplus.length} too many (${surplus.slice(0, 3).join()})`;
}

/** The official examples of these types under their own ids; a Patient first, so that others can be about it. */
async function putExamples(clinic: Clinic): Promise<void> {
	const files = types.flatMap((type) => globSync(`${data}fhir-r4-official-examples/${type}/*.json`).sort());
	const resources = files
		.map((file) => parseJson(readFileSync(file, "utf8")) as Resource)
		.filter((one) => types.includes(one.resourceType) && typeof one.id === "string");
	await clinic.put(
		clinic.therapist,
		...new Map(resources.map((one) => [`${one.resourceType}/${one.id}`, one])).values(),
	);
}

/** Part of the smallest two synthea records, through the same steps as a transaction. */
async function createSynthea(clinic: Clinic): Promise<void> {
	const files = globSync(`${data}synthea/**/*.json`)
		.sort((a, b) => statSync(a).size - statSync(b).size || (a < b ? -1 : 1))
		.slice(0, 2);
	for (const [index, file] of files.entries()) {
		const bundle = parseJson(readFileSync(file, "utf8")) as unknown as {
			entry: { fullUrl: string; resource: Resource }[];
		};
		const taken = new Map<string, number>();
		const entries = bundle.entry.filter(({ resource: { resourceType } }) => {
			taken.set(resourceType, (taken.get(resourceType) ?? 0) + 1);
			return types.includes(resourceType) && (taken.get(resourceType) as number) <= 60;
		});
		await clinic.db.write(index === 0 ? clinic.therapist : clinic.therapist2, async (tx) => {
			const plans = await planCreates(tx, entries);
			const names = new Map(entries.map(({ fullUrl }, at) => [fullUrl, `${plans[at]?.type}/${plans[at]?.id}`]));
			await applyChanges(
				tx,
				plans.map((plan, at) => ({
					kind: "create",
					plan,
					resource: rewriteReferences(entries[at]?.resource as Resource, names, entries[at]?.fullUrl as string),
				})),
			);
		});
	}
}

/** What rows cannot hold whole, and values that need care. */
function handmade(): Resource[] {
	const observation = (id: string, more: JsonObject): Resource => ({
		resourceType: "Observation",
		id,
		status: "final",
		subject: { reference: "Patient/1" },
		effectiveDateTime: "2025-01-10T01:00:00+02:00",
		code: { coding: [{ system: "http://loinc.org", code: "29463-7" }] },
		valueQuantity: { value: 70, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
		...more,
	});
	return [
		observation("kg", {}),
		observation("amended", {
			status: "amended",
			encounter: { reference: "Encounter/e1/_history/2" },
			category: [{ coding: [{ code: "no-system" }] }],
		}),
		observation("odd", {
			code: { coding: [{ system: "urn:a|b", code: "x,y$z\\w" }, { code: "bare" }] },
			identifier: [{ value: "a b" }, { system: "urn:s", value: "C|D" }],
		}),
		observation("below", {
			valueQuantity: { value: 3, comparator: "<", unit: "mg" },
			effectivePeriod: { start: "2025-01-11" },
			effectiveDateTime: undefined,
		}),
		observation("month", {
			effectiveDateTime: "2025-02",
			meta: {
				profile: ["urn:p"],
				tag: [{ system: "urn:t", code: "T1" }],
				security: [{ code: "R" }],
				source: "urn:src#1",
			},
		}),
		observation("unnamed", { status: undefined, _status: { extension: [{ url: "urn:x", valueCode: "y" }] } }),
		{
			resourceType: "Patient",
			id: "kept",
			name: [{ family: "Ångström-Lee", given: ["Max", "Émile"], prefix: ["Dr."] }, { text: "Maxi" }],
			birthDate: "1975-06",
			gender: "unknown",
			deceasedBoolean: true,
			telecom: [
				{ system: "phone", value: "1" },
				{ system: "phone", value: "2" },
				{ system: "phone", value: "3", use: "old" },
			],
		},
		{
			resourceType: "MedicationStatement",
			id: "coded",
			status: "on-hold",
			subject: { reference: "Patient/1" },
			medicationCodeableConcept: { coding: [{ system: "urn:rx", code: "1191" }] },
		},
		{
			resourceType: "MedicationStatement",
			id: "coded2",
			status: "active",
			subject: { reference: "Patient/1" },
			medicationCodeableConcept: { coding: [{ system: "urn:rx", code: "1191", display: "Aspirin" }] },
			effectiveDateTime: "2025-01",
		},
		...[0.02, 0.5, 1e-9, 42].map((probabilityDecimal, at) => ({
			resourceType: "RiskAssessment",
			id: `risk-${at}`,
			status: "final",
			subject: { reference: "Patient/1" },
			performer: { reference: "Practitioner/user-1", identifier: { system: "urn:npi", value: `P|${at}` } },
			prediction: [{ probabilityDecimal }, { probabilityRange: { low: { value: at }, high: { value: at + 1 } } }],
		})),
		{
			resourceType: "Condition",
			id: "by-identifier",
			subject: { reference: "Patient/1" },
			asserter: { identifier: { value: "only-a-number" }, display: "Dr" },
			code: { text: "x" },
		},
		{
			resourceType: "Appointment",
			id: "arrived",
			status: "arrived",
			description: "Visit",
			start: "2025-01-10T08:00:00+02:00",
			end: "2025-01-10T09:00:00+02:00",
			participant: [
				{ actor: { reference: "Patient/1" }, status: "tentative" },
				{ actor: { reference: "Practitioner/user-1" }, status: "accepted" },
			],
		},
	].map((one) => JSON.parse(JSON.stringify(one)) as Resource);
}

/** Edits of some rows that have residues, as /api makes them: the native value wins, in searches too. */
async function editNatively(clinic: Clinic): Promise<number> {
	const edits: [entity: Entity, changes: (row: RowValues) => RowValues][] = [
		[
			VitalsSamples,
			({ heartRate, weight, recordedAt }) => ({
				heartRate: heartRate === null ? null : 61,
				weight: weight === null ? null : Number(weight) + 1,
				recordedAt: daysAfter(recordedAt, 1),
			}),
		],
		[Patients, () => ({ lastName: "Edited", dateOfBirth: "1951-02-03", gender: "other" })],
		[Medications, () => ({ isActive: false, name: "Edited" })],
		[CalendarEvents, ({ startTime }) => ({ status: "cancelled", startTime: daysAfter(startTime, -1) })],
	];
	let edited = 0;
	for (const [entity, changes] of edits) {
		const linked = await clinic.owner<{ row_id: number }>(
			`select id row_id from public.${tableName(entity)} where fhir_residue is not null and id % 3 = 0`,
		);
		await clinic.db.write(clinic.system, async (tx) => {
			for (const { row_id: id } of linked) {
				const row = await getRow(tx, entity, id);
				if (row !== undefined) await editRows(tx, entity, [{ id, changes: changes(row) }]);
			}
		});
		edited += linked.length;
	}
	return edited;
}

function daysAfter(instant: unknown, days: number): string {
	return new Date(Date.parse(instant as string) + days * 86_400_000).toISOString();
}
