/** A JSON schema (2020-12, as OpenAPI 3.1 has it), as Fastify takes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** Members of an object by name. */
export type Properties = Readonly<Record<string, Schema>>;

/**
 * An object with just these members, all of them required unless named in `optional`. With a `title` (PascalCase, one per shape) the
 * document has it once, as a component, and generated clients get a type of that name.
 */
export function object(
	properties: Properties,
	more: { readonly title?: string; readonly description?: string; readonly optional?: readonly string[] } = {},
): Schema {
	const { optional = [], ...named } = more;
	return {
		...named,
		type: "object",
		additionalProperties: false,
		properties,
		required: Object.keys(properties).filter((name) => !optional.includes(name)),
	};
}

/** An array of these. */
export function arrayOf(items: Schema, description?: string): Schema {
	return { type: "array", items, ...(description === undefined ? {} : { description }) };
}

/** The same or null. */
export function nullable(schema: Schema): Schema {
	const { type, enum: values } = schema;
	if (type === undefined) return { anyOf: [schema, { type: "null" }] };
	const types = Array.isArray(type) ? type : [type];
	return {
		...schema,
		type: [...new Set([...types, "null"])],
		...(Array.isArray(values) ? { enum: [...new Set([...values, null])] } : {}),
	};
}
