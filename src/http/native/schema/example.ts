import type { Schema } from "./json-schema.ts";

/**
 * Something a schema takes, the same every time: its own example where it has one, else what its parts say. It holds every member an
 * object may have, so that the document shows them all.
 */
export function exampleOf(schema: Schema): unknown {
	const { examples, default: standard, enum: values, const: only, anyOf, oneOf } = schema;
	if (Array.isArray(examples)) return examples[0];
	if (only !== undefined) return only;
	if (standard !== undefined) return standard;
	if (Array.isArray(values)) return values[0];
	const choice = (anyOf ?? oneOf) as readonly Schema[] | undefined;
	if (choice?.[0] !== undefined) return exampleOf(choice[0]);
	const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
	switch (type) {
		case "object":
			return Object.fromEntries(
				Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([name, one]) => [
					name,
					exampleOf(one),
				]),
			);
		case "array":
			return [exampleOf((schema.items ?? {}) as Schema)];
		case "integer":
		case "number":
			return Math.max(1, (schema.minimum as number | undefined) ?? 1);
		case "boolean":
			return true;
		case "string":
			return "text";
		default:
			return null;
	}
}
