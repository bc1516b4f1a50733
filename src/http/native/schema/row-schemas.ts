import { type Column, columnsOf, tableName } from "../../../tables/columns.ts";
import type { Collection } from "../descriptor.ts";
import { columnNotes } from "./column-notes.ts";
import { exampleValues } from "./example-values.ts";
import { arrayOf, nullable, object, type Properties, type Schema } from "./json-schema.ts";
import { between, paging } from "./parameters.ts";
import { date, instant, text } from "./values.ts";

/** The columns a collection shows: the documented ones, without what is hidden. */
export function shownColumns(collection: Collection): readonly Column[] {
	const known = columnsShown.get(collection) ?? columnsToShow(collection);
	columnsShown.set(collection, known);
	return known;
}

const columnsShown = new WeakMap<Collection, readonly Column[]>();

function columnsToShow({ entity, hidden = [] }: Collection): readonly Column[] {
	return columnsOf(entity).filter(({ property }) => property !== "version" && !hidden.includes(property));
}

/** The name of a row's shape in the document: "vitals sample" → `VitalsSample`. */
export function shapeName({ one }: Collection): string {
	return one.replace(/(?:^|[ -])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** One row as it is answered. */
export function rowSchema(collection: Collection): Schema {
	const columns = shownColumns(collection);
	const noted = (column: Column) => [column.property, { ...shown(column), ...noteOf(collection, column) }];
	return object(Object.fromEntries(columns.map(noted)), {
		title: shapeName(collection),
	});
}

/** A page of what `items` describes. `title`: the name of the page's shape in the document. */
export function pageOf(items: Schema, title?: string): Schema {
	return object(
		{
			data: arrayOf(items),
			nextCursor: { type: ["string", "null"], description: "For `cursor`; null on the last page" },
		},
		title === undefined ? {} : { title },
	);
}

/** A row as it is sent; `whole` for POST and PUT, where what has no default must be there. */
export function bodySchema(collection: Collection, whole: boolean): Schema {
	const columns = shownColumns(collection);
	const derived = new Set(["id", "userId", ...derivedBy[collection.derive ?? "account"]]);
	const needed = columns.filter(
		({ property, nullable, hasDefault }) => whole && !nullable && !hasDefault && !derived.has(property),
	);
	const properties: Properties = {
		...Object.fromEntries(
			columns.map((column) => [column.property, { ...taken(column), ...noteOf(collection, column) }]),
		),
		...(collection.derive === "account"
			? { password: { type: "string", minLength: 8, maxLength: 72, writeOnly: true, examples: ["a long sentence"] } }
			: {}),
	};
	const names = new Set(needed.map(({ property }) => property));
	return object(properties, {
		title: `${shapeName(collection)}${whole ? "Body" : "Changes"}`,
		optional: Object.keys(properties).filter((name) => !names.has(name)),
	});
}

/** What a new row need not have, as it is worked out (../derive.ts). */
const derivedBy: Readonly<Record<NonNullable<Collection["derive"]>, readonly string[]>> = {
	patient: ["name", "therapistId"],
	event: ["calendarId"],
	account: [],
	device: [],
};

/** The query parameters of a list: paging, sorting, the main time, and every plain column. */
export function listParameters(collection: Collection): Properties {
	const columns = shownColumns(collection).filter(({ type }) => type !== "json");
	return {
		...Object.fromEntries(columns.map((column) => [column.property, asked(column)])),
		...paging,
		sort: {
			type: "string",
			enum: columns.flatMap(({ property }) => [property, `-${property}`]),
			description: "A column, `-` before it for the highest first; empty values come last",
		},
		...(collection.mainTime === undefined ? {} : between(collection.mainTime)),
	};
}

function asked({ property, type, values, maxLength }: Column): Schema {
	const description = `Only rows with this ${property}`;
	switch (type) {
		case "integer":
			return { ...integer, description };
		case "float":
			return { type: "number", description };
		case "boolean":
			return { type: "boolean", description };
		case "enum":
			return { type: "string", enum: values, description };
		case "date":
		case "instant":
			return { type: "string", maxLength: 40, description, examples: ["2026-03-14"] };
		default:
			return { ...text(maxLength ?? 1000), description };
	}
}

const integer: Schema = { type: "integer", minimum: -2147483648, maximum: 2147483647 };

/** What the document says of a column besides its type. */
function noteOf({ entity }: Collection, { property, type, values }: Column): Schema {
	const description = columnNotes[tableName(entity)]?.[property];
	const example = exampleValues[property];
	const fits =
		values === undefined &&
		(type === "string" || type === "text"
			? typeof example === "string"
			: type === "boolean"
				? typeof example === "boolean"
				: (type === "integer" || type === "float") && typeof example === "number");
	return { ...(description && { description }), ...(fits && { examples: [example] }) };
}

function shown({ type, nullable: empty, values }: Column): Schema {
	if (type === "json") return {};
	const schema =
		type === "date" ? date : type === "instant" ? instant : { type: jsonTypes[type], ...(values && { enum: values }) };
	return empty ? nullable(schema) : schema;
}

function taken(column: Column): Schema {
	const { type, maxLength } = column;
	const limits =
		type === "string" || type === "text" ? text(maxLength ?? 1_000_000) : type === "integer" ? integer : {};
	const { type: _type, ...more } = limits;
	return { ...shown(column), ...more };
}

const jsonTypes: Readonly<Record<Exclude<Column["type"], "json" | "date" | "instant">, string>> = {
	integer: "integer",
	float: "number",
	string: "string",
	text: "string",
	boolean: "boolean",
	enum: "string",
};
