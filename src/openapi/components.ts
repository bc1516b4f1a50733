type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

/**
 * The document with every schema that has a `title` in PascalCase once, under `components/schemas`, and a reference wherever it was.
 *
 * @throws Error when two different schemas have one title
 */
export function withComponents<Document>(document: Document): Document {
	const schemas = new Map<string, string>();
	const components: Record<string, Json> = {};
	const moved = (value: Json): Json => {
		if (isList(value)) return value.map(moved);
		if (value === null || typeof value !== "object") return value;
		// `description` says what it is where it is used.
		const { title, description, ...rest } = Object.fromEntries(
			Object.entries(value).map(([name, member]) => [name, values.has(name) ? member : moved(member)]),
		) as JsonObject;
		const described = description === undefined ? {} : { description };
		if (typeof title !== "string" || !/^[A-Z]\w*$/.test(title) || rest.type === undefined) {
			return { ...(title === undefined ? {} : { title }), ...described, ...rest };
		}
		const text = JSON.stringify(rest);
		if ((schemas.get(title) ?? text) !== text) throw new Error(`two different schemas are called ${title}`);
		schemas.set(title, text);
		components[title] = { title, ...rest };
		return { $ref: `#/components/schemas/${title}` };
	};
	const whole = moved(document as Json) as { components?: JsonObject };
	const sorted = Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));
	return { ...whole, components: { ...whole.components, schemas: sorted } } as Document;
}

/** Members that hold values, not schemas. */
const values: ReadonlySet<string> = new Set(["example", "examples", "default", "enum", "const"]);

function isList(value: Json): value is readonly Json[] {
	return Array.isArray(value);
}
