import { isDate, isDateTime, isInstant, isTime } from "../dates.ts";
import { isRawNumber, type Json } from "../json.ts";
import { isId } from "../reference.ts";
import { xhtmlProblem } from "./xhtml.ts";

/** What is wrong with a value of a primitive type, in words; undefined when nothing is. */
export type PrimitiveCheck = (value: Json) => string | undefined;

/** JSON Schema of a primitive; `number` is a keyword of ours, formats are in {@link formats}. */
export interface PrimitiveSchema {
	readonly type?: "string" | "boolean";
	readonly pattern?: string;
	readonly format?: string;
	readonly maxLength?: number;
	/** `decimal`, `integer`, `unsignedInt` or `positiveInt`. */
	readonly number?: string;
}

/** A primitive type: the schema that is compiled, and the words for a value it refuses. */
interface Primitive {
	readonly schema: PrimitiveSchema;
	readonly problem: PrimitiveCheck;
}

/** R4 datatypes 2.24.0.1: strings shall not exceed 1024 * 1024 characters. */
const maxStringLength = 1024 * 1024;

/** The R4 primitive types by name (R4 datatypes 2.24.0.1). */
const primitives: ReadonlyMap<string, Primitive> = new Map<string, Primitive>([
	[
		"boolean",
		{
			schema: { type: "boolean" },
			problem: (value) => (typeof value === "boolean" ? undefined : "must be true or false"),
		},
	],
	["decimal", number("decimal", (value) => typeof value === "number" || isRawNumber(value), "a number")],
	["integer", number("integer", integer(-2_147_483_648), "a whole number of at most 32 bits")],
	["unsignedInt", number("unsignedInt", integer(0), "a whole number of 0 or more")],
	["positiveInt", number("positiveInt", integer(1), "a whole number of 1 or more")],
	["string", pattern(/\S/, "a string that is not blank, of at most 1 MB", maxStringLength)],
	["markdown", pattern(/\S/, "a string that is not blank")],
	["code", pattern(/^\S+(?:\s\S+)*$/, "a code: no spaces at its ends, none doubled")],
	["id", format("id", isId, "1 to 64 letters, digits, - and .")],
	["uri", pattern(/^\S+$/, "a URI, without spaces")],
	["url", pattern(/^\S+$/, "a URL, without spaces")],
	["canonical", pattern(/^\S+$/, "a canonical URL, without spaces")],
	["oid", pattern(/^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/, "an OID such as urn:oid:1.2.3")],
	["uuid", pattern(/^urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, "a UUID such as urn:uuid:c757…")],
	["base64Binary", format("base64Binary", isBase64, "base64")],
	["date", format("date", isDate, "a date such as 2026, 2026-03 or 2026-03-14")],
	[
		"dateTime",
		format("dateTime", isDateTime, "a date, or a time to the second with a zone, such as 2026-03-14T10:00:00Z"),
	],
	["instant", format("instant", isInstant, "a time to the second with a zone, such as 2026-03-14T10:00:00.000Z")],
	["time", format("time", isTime, "a time of day such as 10:00:00")],
	[
		"xhtml",
		{
			schema: { type: "string", format: "xhtml" },
			problem: (value) => (typeof value === "string" ? xhtmlProblem(value) : "must be a string"),
		},
	],
]);

/** The words for what is wrong with a value of a primitive type, by type name. */
export const primitiveChecks: ReadonlyMap<string, PrimitiveCheck> = new Map(
	[...primitives].map(([name, { problem }]) => [name, problem]),
);

/** The schemas of the primitive types by type name. */
export const primitiveSchemas: ReadonlyMap<string, PrimitiveSchema> = new Map(
	[...primitives].map(([name, { schema }]) => [name, schema]),
);

/** The `format`s of the schemas: what no pattern can say, such as days of the calendar. */
export const formats: Readonly<Record<string, (value: string) => boolean>> = Object.fromEntries(
	[...primitives].flatMap(([name, { schema, problem }]) =>
		schema.format === undefined ? [] : [[name, (value: string) => problem(value) === undefined]],
	),
);

function pattern(form: RegExp, what: string, maxLength?: number): Primitive {
	const isRight = (value: string) =>
		form.test(value) && (maxLength === undefined || value.length <= maxLength || [...value].length <= maxLength);
	const schema = { type: "string" as const, pattern: form.source };
	return { schema: maxLength === undefined ? schema : { ...schema, maxLength }, problem: text(isRight, what) };
}

function format(name: string, isRight: (value: string) => boolean, what: string): Primitive {
	return { schema: { type: "string", format: name }, problem: text(isRight, what) };
}

function text(isRight: (value: string) => boolean, what: string): PrimitiveCheck {
	return (value) => {
		if (typeof value !== "string") return "must be a string";
		if (value === "") return "must not be empty";
		return isRight(value) ? undefined : `must be ${what}`;
	};
}

/** Numbers may be kept as written ({@link isRawNumber}), which JSON Schema takes for objects. */
function number(name: string, isRight: (value: Json) => boolean, what: string): Primitive {
	return { schema: { number: name }, problem: (value) => (isRight(value) ? undefined : `must be ${what}`) };
}

function integer(least: number): (value: Json) => boolean {
	return (value) => {
		// -0 is the one integer that is not given back as written.
		const number = isRawNumber(value) && value.rawJSON === "-0" ? 0 : value;
		return typeof number === "number" && Number.isInteger(number) && number >= least && number <= 2_147_483_647;
	};
}

function isBase64(value: string): boolean {
	const packed = /\s/.test(value) ? value.replace(/\s+/g, "") : value;
	return packed.length > 0 && packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
}
