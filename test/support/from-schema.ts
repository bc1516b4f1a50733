import fc from "fast-check";
import { type DocumentSchema, nativeDocument } from "./native-document.ts";

/** Values a schema of the document takes, mostly; patterns are met only as far as the formats and limits of ours go. */
export function valuesOf(given: DocumentSchema): fc.Arbitrary<unknown> {
	const schema = resolved(given);
	const { enum: values, const: only, anyOf, oneOf, type } = schema;
	if (only !== undefined) return fc.constant(only);
	if (Array.isArray(values)) return fc.constantFrom(...values);
	const choices = (anyOf ?? oneOf) as DocumentSchema[] | undefined;
	if (choices !== undefined) return fc.oneof(...choices.map(valuesOf));
	const types = (Array.isArray(type) ? type : [type]) as (string | undefined)[];
	return fc.oneof(...types.map((one) => valuesOfType(one, schema)));
}

function valuesOfType(type: string | undefined, schema: DocumentSchema): fc.Arbitrary<unknown> {
	const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
	switch (type) {
		case "null":
			return fc.constant(null);
		case "boolean":
			return fc.boolean();
		case "integer":
			return fc.oneof(
				fc.integer({ min: minimum ?? 0, max: Math.min(maximum ?? 200, (minimum ?? 0) + 200) }),
				fc.integer({ min: minimum ?? -(2 ** 31), max: maximum ?? 2 ** 31 - 1 }),
			);
		case "number":
			return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
		case "array":
			return fc.array(valuesOf((schema.items ?? {}) as DocumentSchema), { maxLength: 3 });
		case "object":
			return objects(schema);
		case "string":
			return texts(schema);
		default:
			return fc.jsonValue({ maxDepth: 2 });
	}
}

function objects({ properties, required }: DocumentSchema): fc.Arbitrary<unknown> {
	const members = Object.entries((properties ?? {}) as Record<string, DocumentSchema>);
	return fc.record(Object.fromEntries(members.map(([name, one]) => [name, valuesOf(one)])), {
		requiredKeys: (required ?? []) as never[],
	});
}

function texts({ format, minLength = 0, maxLength = 40, examples }: DocumentSchema): fc.Arbitrary<unknown> {
	const shown = Array.isArray(examples) ? [fc.constantFrom(...examples)] : [];
	const moment = fc.date({ min: new Date("1990-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
	if (format === "date-time") return moment.map((one) => one.toISOString());
	if (format === "date") return moment.map((one) => one.toISOString().slice(0, 10));
	if (format === "email") return fc.emailAddress();
	const free = fc.string({
		minLength: minLength as number,
		maxLength: Math.min(maxLength as number, 40),
		unit: "grapheme-composite",
	});
	return fc.oneof(...shown, free);
}

function resolved(schema: DocumentSchema): DocumentSchema {
	const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
	return name === undefined ? schema : (nativeDocument().components.schemas[name] ?? {});
}
