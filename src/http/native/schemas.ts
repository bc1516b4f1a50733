import { type Column, columnsOf } from "../../tables/columns.ts";
import type { Collection } from "./descriptor.ts";

/** A JSON schema, as Fastify takes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** The columns a collection shows: the documented ones, without what is hidden. */
export function shownColumns({ entity, hidden = [] }: Collection): readonly Column[] {
	return columnsOf(entity).filter(({ property }) => property !== "version" && !hidden.includes(property));
}

/** One row as it is answered. */
export function rowSchema(collection: Collection): Schema {
	const columns = shownColumns(collection);
	return {
		type: "object",
		properties: Object.fromEntries(columns.map((column) => [column.property, shown(column)])),
		required: columns.map(({ property }) => property),
	};
}

/** A page of rows. */
export function pageSchema(collection: Collection): Schema {
	return {
		type: "object",
		properties: { data: { type: "array", items: rowSchema(collection) }, nextCursor: { type: ["string", "null"] } },
		required: ["data", "nextCursor"],
	};
}

/** A row as it is sent; `whole` for POST and PUT, where what has no default must be there. */
export function bodySchema(collection: Collection, whole: boolean): Schema {
	const columns = shownColumns(collection);
	const account = collection.derive === "account";
	const derived = new Set(["id", "userId", ...(collection.derive === "patient" ? ["name", "therapistId"] : [])]);
	const required = columns.filter(
		({ property, nullable, hasDefault }) => !nullable && !hasDefault && !derived.has(property),
	);
	return {
		type: "object",
		additionalProperties: false,
		properties: {
			...Object.fromEntries(columns.map((column) => [column.property, taken(column)])),
			...(account ? { password: { type: "string", minLength: 8, maxLength: 72, writeOnly: true } } : {}),
		},
		...(whole ? { required: required.map(({ property }) => property) } : {}),
	};
}

/** The query parameters of a list: paging, sorting, the main time, and every plain column. */
export function querySchema(collection: Collection): Schema {
	const columns = shownColumns(collection).filter(({ type }) => type !== "json");
	const time = {
		type: "string",
		description: `On ${collection.mainTime}; both ends count. A date is a whole day in UTC.`,
	};
	return {
		type: "object",
		additionalProperties: false,
		properties: {
			...Object.fromEntries(columns.map((column) => [column.property, { type: "string", maxLength: 1000 }])),
			limit: { type: "string", pattern: "^\\d+$", description: "1 to 500; default 50" },
			cursor: { type: "string", maxLength: 2000, description: "nextCursor of the page before" },
			sort: { type: "string", enum: columns.flatMap(({ property }) => [property, `-${property}`]) },
			...(collection.mainTime === undefined ? {} : { from: time, to: time }),
		},
	};
}

export const idSchema: Schema = {
	type: "object",
	properties: { id: { type: "string" } },
	required: ["id"],
};

function shown({ type, nullable, values }: Column): Schema {
	if (type === "json") return {};
	return {
		type: nullable ? [jsonTypes[type], "null"] : jsonTypes[type],
		...formats[type],
		...(values ? { enum: [...values, ...(nullable ? [null] : [])] } : {}),
	};
}

function taken(column: Column): Schema {
	if (column.type === "json") return {};
	const text = column.type === "string" || column.type === "text";
	return {
		...shown(column),
		...(text ? { pattern: "^[^\\u0000]*$", maxLength: column.maxLength ?? 1_000_000 } : {}),
		...(column.type === "integer" ? { minimum: -2147483648, maximum: 2147483647 } : {}),
	};
}

const jsonTypes: Readonly<Record<Exclude<Column["type"], "json">, string>> = {
	integer: "integer",
	float: "number",
	string: "string",
	text: "string",
	boolean: "boolean",
	date: "string",
	instant: "string",
	enum: "string",
};

const formats: Readonly<Partial<Record<Column["type"], Schema>>> = {
	date: { format: "date" },
	instant: { format: "date-time" },
};
