import fc from "fast-check";
import { type ElementProperty, resourceTypes, typeDefinition } from "../../../src/fhir/definitions/definitions.ts";
import { odd } from "./values.ts";

const known = new Map<string, fc.Arbitrary<unknown>>();

/** A resource of a type that FHIR's definition allows, or nearly; references lead to `references`. */
export function fromDefinition(type: string, references: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
	const body = elementsOf(type, references, 0) as fc.Arbitrary<Record<string, unknown>>;
	return body.map((one) => ({ resourceType: type, ...one }));
}

/** Mostly what the server knows by heart, sometimes anything of R4, and sometimes nothing of it. */
export const someType: fc.Arbitrary<string> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.constantFrom("Patient", "Observation", "MedicationStatement", "Appointment", "Practitioner"),
	},
	{ weight: 4, arbitrary: fc.constantFrom(...resourceTypes) },
	fc.constantFrom("Nothing", "constructor", "__proto__", "patient", "DomainResource", "Resource", ""),
);

/** An object with the elements a definition demands and some more. */
function elementsOf(type: string, references: readonly string[], depth: number): fc.Arbitrary<unknown> {
	const key = `${type} ${depth}`;
	const made = known.get(key);
	if (made !== undefined) return made;
	const properties = [...(typeDefinition(type)?.properties ?? [])];
	const needed = properties.filter(([, { element }]) => element.min > 0 && !element.isChoice).map(([name]) => name);
	const optional = properties.map(([name]) => name).filter((name) => name !== "contained" && name !== "id");
	const byName = new Map(properties);
	const arbitrary = fc
		.subarray(optional, { maxLength: Math.min(optional.length, depth === 0 ? 7 : 3) })
		.chain((chosen) => {
			const names = new Set([...needed, ...chosen]);
			const members = [...names].map((name) => [name, member(byName.get(name) as ElementProperty, references, depth)]);
			return fc.record(Object.fromEntries(members));
		});
	known.set(key, arbitrary);
	return arbitrary;
}

function member(
	{ element, type }: ElementProperty,
	references: readonly string[],
	depth: number,
): fc.Arbitrary<unknown> {
	const { codes, max } = element;
	const listed = codes === undefined ? undefined : [...codes.values()].flatMap((some) => [...some]);
	const one =
		type === "code" && listed !== undefined && listed.length > 0
			? fc.constantFrom(...listed)
			: valuesOf(type, references, depth + 1);
	const fitting = max > 1 ? fc.array(one, { minLength: 1, maxLength: 2 }) : one;
	return fc.oneof({ weight: 70, arbitrary: fitting }, odd);
}

function valuesOf(type: string, references: readonly string[], depth: number): fc.Arbitrary<unknown> {
	const simple = primitives[type];
	if (simple !== undefined) return simple;
	if (type === "Reference") return fc.constantFrom(...references).map((reference) => ({ reference }));
	if (type === "Resource" || depth > 4) return fc.constant({ resourceType: "Basic", code: { text: "x" } });
	return elementsOf(type, references, depth);
}

const texts = fc.oneof(
	fc.constantFrom("a", "Ångström", "x y"),
	fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
);
const uris = fc.constantFrom("urn:x", "http://loinc.org", "http://unitsofmeasure.org", "urn:a:b");
const dates = fc.constantFrom("2025", "2025-02", "2025-02-28", "0001-01-01", "9999-12-31");
const times = fc.constantFrom(
	"2025-01-01T10:00:00Z",
	"2025-01-01T10:00:00.123456789+14:00",
	"9999-12-31T23:59:59-12:00",
);

const primitives: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
	boolean: fc.boolean(),
	integer: fc.integer(),
	positiveInt: fc.integer({ min: 1 }),
	unsignedInt: fc.nat(),
	decimal: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
	string: texts,
	markdown: texts,
	code: fc.constantFrom("final", "active", "8867-4", "/min", "a b"),
	id: fc.constantFrom("a", "x.y-1"),
	uri: uris,
	url: uris,
	canonical: uris,
	oid: fc.constant("urn:oid:1.2.3"),
	uuid: fc.constant("urn:uuid:00000000-0000-4000-8000-000000000001"),
	base64Binary: fc.constantFrom("QUJD", "QQ=="),
	date: dates,
	dateTime: fc.oneof(dates, times),
	instant: times,
	time: fc.constantFrom("10:00:00", "23:59:60"),
	xhtml: fc.constant('<div xmlns="http://www.w3.org/1999/xhtml">x</div>'),
};
