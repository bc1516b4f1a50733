import fc from "fast-check";
import { type DocumentSchema, nativeDocument } from "../../support/native-document.ts";
import { odd } from "./values.ts";

const known = new Map<string, fc.Arbitrary<unknown>>();

/** JSON that a schema of openapi/native.json allows, or nearly: here and there something odd, a member too many or one too few. */
export function fromSchema(schema: DocumentSchema, depth = 0): fc.Arbitrary<unknown> {
	const key = `${depth} ${JSON.stringify(schema)}`;
	const made = known.get(key) ?? fc.oneof({ weight: 14, arbitrary: fitting(schema, depth) }, odd);
	known.set(key, made);
	return made;
}

function fitting(schema: DocumentSchema, depth: number): fc.Arbitrary<unknown> {
	const { $ref, enum: values, const: constant, anyOf, oneOf, allOf, type } = schema as Record<string, never>;
	if (depth > 6) return odd;
	if ($ref !== undefined) return fitting(nativeDocument().components.schemas[nameIn($ref)] ?? {}, depth + 1);
	if (constant !== undefined) return fc.constant(constant);
	if (values !== undefined) return fc.constantFrom(...(values as unknown[]));
	const choices = (anyOf ?? oneOf ?? allOf) as DocumentSchema[] | undefined;
	if (choices !== undefined) return fc.oneof(...choices.map((one) => fitting(one, depth + 1)));
	const types = [type ?? []].flat() as string[];
	return types.length === 0 ? odd : fc.oneof(...types.map((one) => ofType(one, schema, depth)));
}

function ofType(type: string, schema: DocumentSchema, depth: number): fc.Arbitrary<unknown> {
	const { minimum = -1000, maximum = 1000, format, items = {} } = schema as Record<string, never>;
	switch (type) {
		case "object":
			return object(schema, depth);
		case "array":
			return fc.array(fromSchema(items, depth + 1), { maxLength: 3 });
		case "integer":
			return fc.oneof(
				fc.integer({ min: 1, max: 20 }),
				fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) }),
			);
		case "number":
			return fc.oneof(fc.integer({ min: 1, max: 200 }), fc.double({ min: minimum, max: maximum, noNaN: true }));
		case "boolean":
			return fc.boolean();
		case "null":
			return fc.constant(null);
		default:
			return text(format, schema);
	}
}

function object(schema: DocumentSchema, depth: number): fc.Arbitrary<unknown> {
	const { properties = {}, required = [] } = schema as {
		properties?: Record<string, DocumentSchema>;
		required?: string[];
	};
	const members = Object.entries(properties).map(([name, one]) => [name, fromSchema(one, depth + 1)] as const);
	const plain = fc.record(Object.fromEntries(members), { requiredKeys: required.filter((name) => name in properties) });
	const surplus = fc.tuple(plain, fc.constantFrom("x", "__proto__", "constructor", "id", "userId", "version"), odd);
	const lacking = fc.record(Object.fromEntries(members), { requiredKeys: [] });
	return fc.oneof(
		{ weight: 10, arbitrary: plain },
		lacking,
		surplus.map(([one, name, value]) => ({ ...one, [name]: value })),
	);
}

function text(format: string | undefined, { pattern, examples }: DocumentSchema): fc.Arbitrary<unknown> {
	if (Array.isArray(examples) && examples.length > 0) return fc.constantFrom(...(examples as unknown[]));
	const day = fc.date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
	if (format === "date-time") return day.map((one) => one.toISOString());
	if (format === "date") return day.map((one) => one.toISOString().slice(0, 10));
	if (format === "email") return fc.nat(50).map((one) => `fuzz${one}@test.example`);
	if (format === "time" || String(pattern).includes("\\d")) return fc.constantFrom("08:00", "23:59:59", "24:00", "1");
	return fc.string({ maxLength: 30 });
}

function nameIn(reference: string): string {
	return reference.split("/").at(-1) ?? "";
}
