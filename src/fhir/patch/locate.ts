import { isObject, isRawNumber, type Json, type JsonObject, numberText } from "../json.ts";

/** In characters; what selects an element by its place and by equality is shorter. */
const longest = 500;

/** Functions that select elements; anything else could take long (regular expressions) or leave the resource (`resolve`). */
const selecting = new Set(
	"where first last tail single skip take extension ofType as is exists empty not count hasValue startsWith endsWith contains".split(
		" ",
	),
);

/** Finds the elements that an expression means in a resource. */
export type Locate = (resource: JsonObject, expression: string) => string[];

/**
 * A FHIRPath engine that tells where what it finds is, as locations (`Patient.name[0].given[1]`). Loaded when it is first needed: it is
 * large, and most servers never get such a patch.
 */
export async function locator(): Promise<Locate> {
	const [{ default: fhirpath }, { default: model }] = await Promise.all([
		import("fhirpath"),
		import("fhirpath/fhir-context/r4"),
	]);
	return (resource, expression) => {
		if (expression.length > longest || !isHarmless(expression))
			throw new Error("not an expression that selects elements");
		const found = fhirpath.evaluate(plain(resource), expression, {}, model, { resolveInternalTypes: false });
		if (!Array.isArray(found)) throw new Error("a promise");
		return found.map((node: unknown) => locationOf(node));
	};
}

/** Only functions that select; names followed by a bracket outside of strings. */
function isHarmless(expression: string): boolean {
	const withoutStrings = expression.replace(/'(?:[^'\\]|\\.)*'/g, "''");
	return [...withoutStrings.matchAll(/([A-Za-z_]\w*)\s*\(/g)].every(([, name = ""]) => selecting.has(name));
}

/** @throws Error for what is no element of the resource, such as a computed value */
function locationOf(node: unknown): string {
	const location =
		typeof node === "object" &&
		node !== null &&
		"fullPropertyName" in node &&
		typeof node.fullPropertyName === "function"
			? (node.fullPropertyName() as unknown)
			: undefined;
	if (typeof location !== "string") throw new Error("not an element");
	return location;
}

/** Numbers as JavaScript has them: the engine knows no others. */
function plain(value: Json): unknown {
	if (isRawNumber(value)) return Number(numberText(value));
	if (Array.isArray(value)) return value.map(plain);
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, plain(member)]])),
	);
}
