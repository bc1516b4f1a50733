import t from "tap";
import { callerOfApp } from "../../src/access/caller.ts";
import { parseScope } from "../../src/access/scopes.ts";
import { searchParametersOf } from "../../src/fhir/definitions/definitions.ts";
import type { JsonObject } from "../../src/fhir/json.ts";
import { parseSearch } from "../../src/search/parse.ts";
import { allMatches, base, openClinic, type Resource } from "../support/clinic.ts";
import { choices, generatePatients, generateRows } from "../support/generate.ts";
import { officialParameters } from "../support/search-oracle.ts";

// A chain finds what following the references by hand finds, whichever of both ends is a row, a residue or a body: the inner search is
// the search-oracle's business, the references are what the official expression gives.

const clinic = await openClinic(t);
const pick = choices(20260917);
await generatePatients(clinic, pick);
await generateRows(clinic, pick, 4);
await clinic.put(
	clinic.therapist,
	...([
		{
			resourceType: "Patient",
			id: "linked",
			name: [{ family: "Chain" }],
			gender: "female",
			managingOrganization: { reference: "Organization/o1" },
			generalPractitioner: [{ reference: "Practitioner/user-1" }],
		},
		{ resourceType: "Organization", id: "o1", name: "First", identifier: [{ system: "urn:o", value: "1" }] },
		{ resourceType: "Organization", id: "o2", name: "Second", partOf: { reference: "Organization/o1" } },
		{
			resourceType: "Encounter",
			id: "e1",
			status: "finished",
			class: { code: "AMB" },
			subject: { reference: "Patient/1" },
			serviceProvider: { reference: "Organization/o2" },
		},
		{
			resourceType: "Encounter",
			id: "e2",
			status: "planned",
			class: { code: "IMP" },
			subject: { reference: "Patient/linked" },
			serviceProvider: { reference: "Organization/o1" },
		},
		{
			resourceType: "Condition",
			id: "c1",
			subject: { reference: "Patient/linked" },
			encounter: { reference: "Encounter/e2" },
			code: { coding: [{ code: "I50" }] },
		},
		{
			resourceType: "Condition",
			id: "c2",
			subject: { reference: "Patient/1" },
			encounter: { reference: "Encounter/e1" },
			code: { coding: [{ code: "I10" }] },
		},
		{
			resourceType: "Observation",
			id: "kg",
			status: "final",
			subject: { reference: "Patient/1" },
			encounter: { reference: "Encounter/e1" },
			effectiveDateTime: "2025-01-01",
			code: { coding: [{ system: "http://loinc.org", code: "29463-7" }] },
			valueQuantity: { value: 70, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
		},
		{
			resourceType: "Observation",
			id: "lab",
			status: "amended",
			subject: { reference: "Patient/linked" },
			encounter: { reference: "Encounter/e2" },
			performer: [{ reference: "Practitioner/user-1" }],
			code: { text: "lab" },
		},
	] as Resource[]),
);
// Somebody else's, which no chain may lead through.
await clinic.put(clinic.therapist2, {
	resourceType: "Condition",
	id: "hidden",
	subject: { reference: "Patient/2" },
	code: { coding: [{ code: "I50" }] },
} as Resource);

/** `type/id` -> resource, of everything the therapist sees of a type. */
const seen = new Map<string, Map<string, JsonObject>>();
const all = async (type: string) => {
	const known = seen.get(type);
	if (known !== undefined) return known;
	const found = await clinic.db.read(clinic.therapist, (tx) => allMatches(tx, type, [["_count", "1000"]]));
	const made = new Map(found.map(({ id, text }) => [id, JSON.parse(text) as JsonObject]));
	seen.set(type, made);
	return made;
};
const find = (type: string, name: string, value: string) =>
	clinic.find(
		clinic.therapist,
		type,
		new URLSearchParams([
			[name, value],
			["_count", "1000"],
		]).toString(),
	);

/** `Type/id` a resource refers to by a parameter. */
function referencesOf(type: string, code: string, resource: JsonObject): string[] {
	const found = officialParameters(type).get(code)?.values(resource) ?? [];
	return found.map((value) => String((value as { reference?: string }).reference ?? "").replace(`${base}/`, ""));
}

const inner: Record<string, [name: string, value: string][]> = {
	Patient: [
		["gender", "female"],
		["name", "Chain"],
		["name:missing", "true"],
		["birthdate", "lt1960"],
		["_id", "1,linked"],
		["active", "true"],
		["family", "nobody"],
	],
	Organization: [
		["name", "first"],
		["identifier", "urn:o|1"],
	],
	Encounter: [
		["status", "finished"],
		["class:not", "AMB"],
	],
	Practitioner: [
		["name", "One"],
		["_id", "user-1"],
	],
	Observation: [
		["code", "http://loinc.org|8867-4"],
		["code", "29463-7"],
		["status", "final"],
		["value-quantity", "gt80"],
		["date", "ge2025"],
	],
	Condition: [["code", "I50"]],
	MedicationStatement: [["status", "active"]],
	Appointment: [["status", "booked"]],
};
const links: [type: string, code: string, target: string][] = [
	["Observation", "patient", "Patient"],
	["Observation", "subject", "Patient"],
	["Observation", "encounter", "Encounter"],
	["Observation", "performer", "Practitioner"],
	["MedicationStatement", "patient", "Patient"],
	["Appointment", "patient", "Patient"],
	["Condition", "patient", "Patient"],
	["Condition", "encounter", "Encounter"],
	["Encounter", "subject", "Patient"],
	["Encounter", "service-provider", "Organization"],
	["Organization", "partof", "Organization"],
	["Patient", "organization", "Organization"],
	["Patient", "general-practitioner", "Practitioner"],
];

t.test("chains", async (t) => {
	let found = 0;
	for (const [type, code, target] of links) {
		const targets = searchParametersOf(type).get(code)?.target ?? [];
		for (const [name, value] of inner[target] ?? []) {
			const leads = new Set((await find(target, name, value)).map((id) => `${target}/${id}`));
			const expected = [...(await all(type))]
				.filter(([, resource]) => referencesOf(type, code, resource).some((one) => leads.has(one)))
				.map(([id]) => id);
			const heads = targets.length === 1 ? [code, `${code}:${target}`] : [`${code}:${target}`];
			for (const head of heads) {
				const ids = await find(type, `${head}.${name}`, value);
				t.strictSame([...ids].sort(), expected.sort(), `${type}?${head}.${name}=${value}`);
			}
			found += expected.length;
		}
	}
	t.ok(found > 100, `${found} found in all`);
});

t.test("reverse chains", async (t) => {
	let found = 0;
	for (const [source, code, target] of links) {
		for (const [name, value] of inner[source] ?? []) {
			const sources = new Set(await find(source, name, value));
			const referred = new Set(
				[...(await all(source))]
					.filter(([id]) => sources.has(id))
					.flatMap(([, resource]) => referencesOf(source, code, resource)),
			);
			const expected = [...(await all(target)).keys()].filter((id) => referred.has(`${target}/${id}`));
			const query = `_has:${source}:${code}:${name}`;
			t.strictSame((await find(target, query, value)).sort(), expected.sort(), `${target}?${query}=${value}`);
			found += expected.length;
		}
	}
	t.ok(found > 30, `${found} found in all`);
});

t.test("several steps, both ways, and beside other parameters", async (t) => {
	const same = async (type: string, query: string, expected: readonly string[]) =>
		t.strictSame((await clinic.find(clinic.therapist, type, query)).sort(), [...expected].sort(), `${type}?${query}`);
	await same("Condition", "encounter.service-provider.name=First", ["c1"]);
	await same("Condition", "encounter:Encounter.service-provider:Organization.partof.name=First", ["c2"]);
	await same("Observation", "subject:Patient.organization.name=First", ["lab"]);
	await same("Observation", "patient.general-practitioner:Practitioner._id=user-1&status=amended", ["lab"]);
	await same("Organization", "_has:Encounter:service-provider:_has:Condition:encounter:code=I50", ["o1"]);
	await same("Observation", "patient._has:Condition:patient:code=I50", ["lab"]);
	await same("Patient", "_has:Condition:patient:encounter.status=planned", ["linked"]);
	await same("Patient", "_has:Condition:patient:code=I50&_has:Observation:patient:status=amended", ["linked"]);
	await same("Patient", "_has:Condition:patient:code=I50&gender=male", []);
	await same("Condition", "subject.gender=female&encounter.status=planned", ["c1"]);
});

t.test("pages and totals count what the chain finds", async (t) => {
	const query = "patient.name:missing=false&_count=3&_total=accurate";
	const expected = await clinic.find(clinic.therapist, "Observation", "patient.name:missing=false");
	t.ok(expected.length > 6);
	t.equal((await clinic.search(clinic.therapist, "Observation", query)).total, expected.length);
	t.strictSame((await clinic.find(clinic.therapist, "Observation", query)).sort(), expected.sort());
	t.equal((await clinic.search(clinic.therapist, "Observation", `${query}&_summary=count`)).total, expected.length);
});

t.test("nothing of anybody else leads anywhere", async (t) => {
	const everybody = await clinic.find(clinic.system, "Patient", "_has:Condition:patient:code=I50");
	t.strictSame(everybody.sort(), ["2", "linked"]);
	t.strictSame(await clinic.find(clinic.therapist, "Patient", "_has:Condition:patient:code=I50"), ["linked"]);
	t.strictSame(await clinic.find(clinic.patient, "Patient", "_has:Condition:patient:code=I50"), []);
	t.strictSame(await clinic.find(clinic.therapist2, "Condition", "encounter.status=planned"), []);
});

t.test("an app's chains lead through what it may search only", async (t) => {
	const app = (...scopes: string[]) =>
		callerOfApp(
			{ id: 1, role: "therapist" },
			{
				clientId: "chains",
				grant: "g",
				scopes: scopes.flatMap((text) => parseScope(text) ?? []),
				patientId: undefined,
				fhirUser: undefined,
			},
		);
	const whole = app("user/Observation.rs", "user/Patient.rs", "user/Condition.rs");
	t.strictSame(await clinic.find(whole, "Observation", "patient._has:Condition:patient:code=I50"), ["lab"]);
	t.strictSame(
		await clinic.find(whole, "Observation", "subject.name=Chain"),
		["lab"],
		"types it was not granted are left out",
	);
	const observations = app("user/Observation.rs");
	for (const query of ["patient.name=Chain", "subject.name=Chain", "encounter.status=planned"])
		await t.rejects(clinic.find(observations, "Observation", query), { kind: "forbidden" } as never, query);
	const patients = app("user/Patient.rs");
	await t.rejects(clinic.find(patients, "Patient", "_has:Condition:patient:code=I50"), { kind: "forbidden" } as never);
	const heartRates = app("user/Patient.rs", "user/Observation.rs?code=http://loinc.org|8867-4");
	t.strictSame(await clinic.find(heartRates, "Patient", "_has:Observation:patient:status=amended"), []);
	t.ok((await clinic.find(heartRates, "Patient", "_has:Observation:patient:status=final")).length > 0);
});

t.test("what cannot be a chain is said, what nobody knows is ignored", async (t) => {
	const parsed = (type: string | undefined, name: string) => {
		try {
			return parseSearch(type, [[name, "x"]], { base }).ignored;
		} catch (error) {
			return (error as { kind: string }).kind;
		}
	};
	t.strictSame(parsed("Observation", "nonsense.name"), ["nonsense.name"]);
	t.strictSame(parsed("Observation", "patient.nonsense"), ["patient.nonsense"]);
	t.strictSame(parsed("Patient", "_has:Observation:patient:nonsense"), ["_has:Observation:patient:nonsense"]);
	t.strictSame(parsed("Observation", "patient._count"), ["patient._count"]);
	t.strictSame(parsed("Observation", "patient._include"), ["patient._include"]);
	t.equal(parsed("Observation", "code.name"), "invalid");
	t.equal(parsed("Observation", "patient:Device.name"), "invalid");
	t.equal(parsed("Patient", "_has:Observation:code:status"), "invalid");
	t.equal(parsed("Patient", "_has:Observation:patient"), "invalid");
	t.equal(parsed("Patient", "_has:Nothing:patient:code"), "invalid");
	t.equal(parsed("Organization", "_has:Observation:patient:code"), "invalid");
	t.equal(parsed(undefined, "patient.name"), "not-supported");
	t.equal(parsed("Observation", "patient.birthdate"), "invalid");
	t.equal(parsed("Observation", `${"partof.".repeat(8)}name`), "too-costly");
	t.equal(parsed("Organization", `${"_has:Organization:partof:".repeat(8)}name`), "too-costly");
});

t.test("a chain that leads through too many is refused, not cut", async (t) => {
	await clinic.owner(
		"insert into patients (therapist_id, name, gender) select 1, 'Many ' || n, 'male' from generate_series(1, 1100) n",
	);
	await t.rejects(clinic.find(clinic.therapist, "Observation", "patient.gender=male"), { kind: "too-costly" } as never);
	t.ok(await clinic.find(clinic.therapist, "Observation", "patient.gender=female"));
});
