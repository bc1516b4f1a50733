import fc from "fast-check";
import { searchParametersOf } from "../../../src/fhir/definitions/definitions.ts";
import { someType } from "./from-definition.ts";
import type { Request, Target } from "./requests.ts";
import { escaped, oddText } from "./values.ts";

/** Searches by every declared parameter, with values of all kinds, modifiers, chains, includes and controls. */
export function hostileSearch({ references }: Target): fc.Arbitrary<Request> {
	const value = fc.oneof(
		oddText,
		fc.constantFrom(...references),
		fc.constantFrom(
			"ge2025",
			"lt2025-02-30",
			"eq",
			"ap1",
			"http://loinc.org|8867-4",
			"|",
			"a|b|c",
			"5.4||mg",
			"gt5e400",
		),
		fc.constantFrom("true", "-date,date", "_id", "Observation:subject", "*", "accurate", "count", "1000000", "a\\,b\\"),
		fc.integer({ min: 1, max: 700 }).map((count) => Array.from({ length: count }, (_, at) => at).join()),
	);
	const control = fc.constantFrom(
		..."_id _count _sort _cursor _include _revinclude _include:iterate _total _summary _elements _lastUpdated _tag".split(
			" ",
		),
		..."_profile _security _source _type _format _pretty _filter _text _content _list _query _contained _since _at".split(
			" ",
		),
		..."_has:Observation:patient:code _has:x:y:z patient.name subject:Patient.name general-practitioner.name a.b.c.d".split(
			" ",
		),
	);
	const modifier = fc.constantFrom(
		"",
		"",
		"",
		":exact",
		":contains",
		":not",
		":missing",
		":Patient",
		":text",
		":x",
		":of-type",
	);
	return someType.chain((type) => {
		const declared = [...searchParametersOf(type).keys()];
		const code =
			declared.length === 0 ? control : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...declared) }, control);
		const pair = fc.tuple(code, modifier, value).map(([name, more, one]) => `${escaped(name + more)}=${escaped(one)}`);
		const base = `/fhir${type === "" ? "" : `/${escaped(type)}`}`;
		const query = fc.array(pair, { maxLength: 5 }).map((pairs) => pairs.join("&"));
		const form = { "content-type": "application/x-www-form-urlencoded" };
		return fc.oneof<fc.Arbitrary<Request>[]>(
			query.map((asked) => ({ method: "GET", path: `${base}?${asked}`, headers: {} })),
			query.map((asked) => ({ method: "POST", path: `${base}/_search`, headers: form, body: asked })),
			query.map((asked) => ({ method: "DELETE", path: `${base}?${asked}`, headers: {} })),
		) as fc.Arbitrary<Request>;
	});
}
