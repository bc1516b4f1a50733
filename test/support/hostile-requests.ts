import fc from "fast-check";
import type { People } from "./people.ts";

/** A request as it goes out; `path` is already escaped. */
export interface Request {
	readonly method: string;
	readonly path: string;
	readonly headers: Record<string, string>;
	readonly body?: string;
}

const types = [
	"Patient",
	"Observation",
	"MedicationStatement",
	"Appointment",
	"Condition",
	"Bundle",
	"Practitioner",
	"Nothing",
	"constructor",
];

const odd = fc.constantFrom<unknown>(
	null,
	true,
	false,
	0,
	-0,
	-1,
	1e308,
	5e-324,
	2 ** 53,
	0.1,
	"",
	" ",
	"\u0000",
	"\ud800",
	"\u202e",
	"' or 1=1 --",
	"#{7*7}",
	"../..",
	"__proto__",
	"x".repeat(3000),
	[],
	{},
	[[]],
	[null],
	{ resourceType: "Patient" },
	{ __proto__x: 1 },
	"9999-12-31T23:59:59.999Z",
	"0000-00-00",
	"Patient/1",
	"urn:uuid:",
	"#",
	"Patient?name=x",
	"2147483648",
	"NaN",
	"Infinity",
	"-",
	"%",
	"\\",
	"|",
	",",
	"$",
);

const word = fc.oneof(
	fc.string({ maxLength: 12, unit: "binary" }),
	fc.constantFrom(
		"1",
		"0",
		"a",
		"vs-1-hr",
		"vs-1-",
		"med-1",
		"ev-1",
		"-1",
		"1e9",
		"99999999999",
		".",
		"..",
		"%2F",
		"$x",
		"_history",
		"_search",
		"metadata",
	),
);

/** Requests to every route, with a little or everything wrong with them. */
export function hostileRequest(nativePaths: readonly string[], people: People): fc.Arbitrary<Request> {
	const body = fc.oneof(
		{ weight: 6, arbitrary: broken(valid(people)) },
		{ weight: 1, arbitrary: fc.json({ maxDepth: 6 }) },
		{ weight: 1, arbitrary: fc.string({ maxLength: 200, unit: "binary" }) },
		{
			weight: 1,
			arbitrary: fc.constantFrom(
				'{"a":1,"a":2}',
				'{"__proto__":{"x":1}}',
				"[1,",
				"\ufeff{}",
				"1e999",
				'"\\ud800"',
				'{"resourceType":"Patient","id":1e5}',
			),
		},
	);
	const anything = fc.record({
		method: fc.constantFrom("GET", "GET", "POST", "POST", "PUT", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
		path: fc.oneof(fhirPath(), nativePath(nativePaths)),
		headers: headers(),
		body,
	});
	const search = fc.record({ method: fc.constant("GET"), path: fhirPath(), headers: fc.constant({}) });
	const fitting = broken(valid(people)).map((text): Request => {
		const type = /^\{"resourceType":"(\w+)"/.exec(text)?.[1];
		const isNative = type === undefined;
		return {
			method: "POST",
			path: isNative
				? text.includes("dosage")
					? "/api/medications"
					: "/api/vitals"
				: type === "Bundle"
					? "/fhir"
					: `/fhir/${type}`,
			headers: { "content-type": isNative ? "application/json" : "application/fhir+json" },
			body: text,
		};
	});
	return fc.oneof<fc.Arbitrary<Request>[]>(anything, search, fitting);
}

function fhirPath(): fc.Arbitrary<string> {
	const type = fc.constantFrom(...types);
	const id = word.map(encodeURIComponentSafe);
	const place = fc.oneof(
		fc.constant("/fhir"),
		type.map((one) => `/fhir/${one}`),
		fc.tuple(type, id).map(([one, two]) => `/fhir/${one}/${two}`),
		fc.tuple(type, id).map(([one, two]) => `/fhir/${one}/${two}/_history`),
		fc.tuple(type, id, id).map(([one, two, three]) => `/fhir/${one}/${two}/_history/${three}`),
		type.map((one) => `/fhir/${one}/_search`),
		type.map((one) => `/fhir/${one}/_history`),
		id.map((one) => `/fhir/${one}`),
	);
	const name = fc.constantFrom(
		"_id",
		"_count",
		"_sort",
		"_cursor",
		"_include",
		"_revinclude",
		"_total",
		"_summary",
		"_elements",
		"_lastUpdated",
		"_since",
		"_at",
		"_tag",
		"_profile",
		"date",
		"code",
		"patient",
		"subject",
		"value-quantity",
		"name",
		"name:exact",
		"family:contains",
		"birthdate",
		"identifier",
		"status:not",
		"code:missing",
		"value-quantity:missing",
		"_has:x:y:z",
		"patient.name",
		"combo-code-value-quantity",
		"_format",
		"_pretty",
		"nonsense",
		"_type",
	);
	const value = fc.oneof(
		odd.map((one) => (typeof one === "string" ? one : JSON.stringify(one))),
		fc.string({ maxLength: 20, unit: "binary" }),
		fc.constantFrom(
			"ge2025",
			"lt2025-02-30",
			"eq",
			"http://loinc.org|8867-4",
			"|",
			"a|b|c",
			"5.4||mg",
			"-date,date",
			"Observation:subject",
			"*",
			"accurate",
			"count",
			"1000000",
			"0",
			"W10",
		),
		fc.integer({ min: 1, max: 400 }).map((count) => Array.from({ length: count }, (_, at) => at).join()),
	);
	return withQuery(place, name, value);
}

function nativePath(paths: readonly string[]): fc.Arbitrary<string> {
	const collection = fc.constantFrom(...paths, "auth/login", "auth/register", "auth/me", "nonsense");
	const place = fc.oneof(
		collection.map((one) => `/api/${one}`),
		fc.tuple(collection, word.map(encodeURIComponentSafe)).map(([one, id]) => `/api/${one}/${id}`),
	);
	const name = fc.constantFrom(
		"limit",
		"cursor",
		"sort",
		"from",
		"to",
		"userId",
		"status",
		"isActive",
		"id",
		"nonsense",
		"createdAt",
		"name",
	);
	return withQuery(
		place,
		name,
		odd.map((one) => (typeof one === "string" ? one : JSON.stringify(one))),
	);
}

function withQuery(
	place: fc.Arbitrary<string>,
	name: fc.Arbitrary<string>,
	value: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
	const pair = fc
		.tuple(name, value, fc.boolean())
		.map(
			([key, one, raw]) =>
				`${encodeURIComponentSafe(key)}=${raw ? encodeURIComponentSafe(one) : encodeURIComponentSafe(one).replaceAll("%2C", ",")}`,
		);
	return fc
		.tuple(place, fc.array(pair, { maxLength: 4 }))
		.map(([path, pairs]) => (pairs.length === 0 ? path : `${path}?${pairs.join("&")}`));
}

function headers(): fc.Arbitrary<Record<string, string>> {
	const printable = fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, "").trim());
	return fc.record(
		{
			"content-type": fc.oneof(
				{ weight: 8, arbitrary: fc.constant("application/fhir+json") },
				{ weight: 4, arbitrary: fc.constant("application/json") },
				fc.constantFrom(
					"text/plain",
					"application/x-www-form-urlencoded",
					"application/json-patch+json",
					"application/fhir+json; fhirVersion=3.0",
					"x",
				),
			),
			accept: fc.constantFrom(
				"*/*",
				"application/fhir+json",
				"text/turtle",
				"application/fhir+xml",
				";;",
				"application/json;q=abc",
			),
			prefer: fc.oneof(
				fc.constantFrom("return=minimal", "return=OperationOutcome", "handling=strict", "return=,,;", "respond-async"),
				printable,
			),
			"if-match": fc.oneof(fc.constantFrom('W/"1"', "*", '"', 'W/"999999999999999999999"', "1"), printable),
			"if-none-match": fc.oneof(fc.constantFrom('W/"1"', "*"), printable),
			"if-none-exist": fc.oneof(fc.constantFrom("identifier=x", "", "nonsense=1", "_id=1&name=", "date=x"), printable),
			"if-modified-since": printable,
			"x-dry-run": fc.constantFrom("true", "maybe"),
			"x-request-id": printable,
		},
		{ requiredKeys: ["content-type"] },
	);
}

/** Bodies that are right, as a start. */
function valid(people: People): fc.Arbitrary<unknown> {
	const subject = { reference: `Patient/${people.profiles.patient}` };
	const observation = {
		resourceType: "Observation",
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject,
		effectiveDateTime: "2026-01-01T10:00:00Z",
		valueQuantity: { value: 61, unit: "/min", system: "http://unitsofmeasure.org", code: "/min" },
	};
	const patient = {
		resourceType: "Patient",
		name: [{ family: "F", given: ["G"] }],
		birthDate: "1970-01-01",
		telecom: [{ system: "phone", value: "1" }],
	};
	const entry = (resource: object, request: object) => ({
		fullUrl: "urn:uuid:00000000-0000-4000-8000-000000000001",
		resource,
		request,
	});
	return fc.constantFrom<unknown>(
		observation,
		patient,
		{
			resourceType: "MedicationStatement",
			status: "active",
			medicationCodeableConcept: { text: "M" },
			subject,
			dosage: [{ text: "1" }],
		},
		{
			resourceType: "Appointment",
			status: "booked",
			description: "D",
			start: "2026-01-01T10:00:00Z",
			end: "2026-01-01T11:00:00Z",
			participant: [{ actor: subject, status: "accepted" }],
		},
		{
			resourceType: "Bundle",
			type: "transaction",
			entry: [
				entry(patient, { method: "POST", url: "Patient" }),
				{ resource: observation, request: { method: "PUT", url: "Observation/x" } },
			],
		},
		{
			resourceType: "Bundle",
			type: "batch",
			entry: [
				entry(observation, { method: "POST", url: "Observation", ifNoneExist: "identifier=x" }),
				{ request: { method: "GET", url: "Patient?name=x" } },
			],
		},
		{ userId: people.patient, recordedAt: "2026-01-01T10:00:00Z", heartRate: 61, weight: 180.5, notes: "n" },
		{ email: "patient@test.example", password: "wrong" },
		{ userId: people.patient, name: "M", dosage: "1", frequency: "daily", startDate: "2026-01-01" },
	);
}

/** A few places of a body replaced by something odd, taken out, or doubled. */
function broken(base: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
	const step = fc.record({ at: fc.nat(), how: fc.constantFrom("replace", "remove", "wrap", "rename"), value: odd });
	return fc.tuple(base, fc.array(step, { maxLength: 3 })).map(([body, steps]) => {
		const copy = structuredClone(body);
		for (const { at, how, value } of steps) {
			const places = placesIn(copy);
			const place = places[at % Math.max(1, places.length)];
			if (place === undefined) continue;
			const { owner, key } = place;
			if (how === "replace") owner[key] = value;
			else if (how === "remove") delete owner[key];
			else if (how === "wrap") owner[key] = [owner[key]];
			else {
				owner[`${key}X`] = owner[key];
				delete owner[key];
			}
		}
		return JSON.stringify(copy);
	});
}

function placesIn(value: unknown): { owner: Record<string, unknown>; key: string }[] {
	if (value === null || typeof value !== "object") return [];
	const owner = value as Record<string, unknown>;
	return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesIn(owner[key])]);
}

/** encodeURIComponent that takes unpaired surrogates as what they would be in UTF-8. */
function encodeURIComponentSafe(text: string): string {
	return encodeURIComponent(text.toWellFormed());
}
