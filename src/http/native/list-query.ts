import { Failure } from "../../fhir/failure.ts";
import type { RowFilter, RowPosition, RowQuery } from "../../store/list-rows.ts";
import { type Column, columnsOf } from "../../tables/columns.ts";
import type { Collection } from "./descriptor.ts";

type Parameters = Readonly<Record<string, string>>;

/** A list's query parameters as what the store lists. @throws Failure invalid naming the parameter */
export function listQuery(collection: Collection, parameters: Parameters): RowQuery {
	const { limit, cursor, sort, from, to, ...equal } = parameters;
	const filters: RowFilter[] = Object.entries(equal).map(([property, text]) =>
		equality(columnNamed(collection, property), text),
	);
	if (collection.mainTime !== undefined) {
		const time = columnNamed(collection, collection.mainTime);
		if (from !== undefined) filters.push({ property: time.property, is: ">=", value: moment(time, "from", from) });
		if (to !== undefined) filters.push(until(time, to));
	}
	const order = sortOf(collection, sort);
	return {
		filters,
		sort: order,
		limit: limitOf(limit),
		after: cursor === undefined ? undefined : readCursor(collection, order, cursor),
	};
}

/** The opaque cursor of the page after a position. */
export function writeCursor(collection: Collection, { sort }: RowQuery, position: RowPosition): string {
	return Buffer.from(JSON.stringify([collection.path, sortName(sort), position.value, position.id])).toString(
		"base64url",
	);
}

function readCursor(collection: Collection, sort: RowQuery["sort"], cursor: string): RowPosition {
	try {
		const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
		const [path, order, value, id] = Array.isArray(parts) ? (parts as unknown[]) : [];
		const fits = path === collection.path && order === sortName(sort) && Number.isInteger(id);
		if (
			fits &&
			(value === null || (typeof value === "string" && readable(columnNamed(collection, sort.property), value)))
		) {
			return { value, id: id as number };
		}
	} catch {
		// Not JSON: garbled, and said so below.
	}
	throw invalid("cursor", "cursor is not one this list gave with this sort");
}

/** Whether a cursor's text can be the column's, as the database writes it. */
function readable({ type }: Column, value: string): boolean {
	if (type === "integer" || type === "float") return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(value);
	if (type === "boolean") return value === "true" || value === "false";
	if (type === "date") return /^\d{4}-\d\d-\d\d$/.test(value);
	if (type === "instant") return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/.test(value);
	return !value.includes("\0");
}

function sortName({ property, descending }: RowQuery["sort"]): string {
	return `${descending ? "-" : ""}${property}`;
}

function sortOf({ mainTime }: Collection, sort: string | undefined): RowQuery["sort"] {
	if (sort === undefined)
		return mainTime === undefined ? { property: "id", descending: false } : { property: mainTime, descending: true };
	return { property: sort.replace(/^-/, ""), descending: sort.startsWith("-") };
}

function limitOf(text: string | undefined): number {
	const limit = Number(text ?? 50);
	if (limit < 1 || limit > 500) throw invalid("limit", "limit must be from 1 to 500");
	return limit;
}

function equality(column: Column, text: string): RowFilter {
	const { property, type, values } = column;
	const wrong = (what: string) => invalid(property, `query parameter ${property} must be ${what}`);
	if (type === "integer" && !(/^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= 2147483647))
		throw wrong("an integer");
	if (type === "float" && (text.trim() === "" || !Number.isFinite(Number(text)))) throw wrong("a number");
	if (type === "boolean" && text !== "true" && text !== "false") throw wrong("true or false");
	if (type === "enum" && values && !values.includes(text)) throw wrong(`one of ${values.join(", ")}`);
	if (text.includes("\0")) throw wrong("text");
	const value =
		type === "date" || type === "instant"
			? moment(column, property, text)
			: type === "float"
				? String(Number(text))
				: text;
	return { property, is: "=", value };
}

function until(time: Column, text: string): RowFilter {
	if (time.type === "instant" && isDate(text)) {
		const next = Temporal.PlainDate.from(text).add({ days: 1 }).toString();
		return { property: time.property, is: "<", value: `${next}T00:00:00Z` };
	}
	return { property: time.property, is: "<=", value: moment(time, "to", text) };
}

/** A date or time as the database reads it; a date stands for its first moment in UTC. */
function moment({ type }: Column, name: string, text: string): string {
	try {
		if (isDate(text)) return type === "date" ? text : `${text}T00:00:00Z`;
		// `+` of an offset arrives as a space when it was not encoded.
		const instant = Temporal.Instant.from(text.replace(/ (?=\d\d:\d\d$)/, "+")).toString();
		return type === "date" ? instant.slice(0, 10) : instant;
	} catch {
		throw invalid(
			name,
			`query parameter ${name} must be a date (2025-01-31) or a time with offset (2025-01-31T10:00:00Z)`,
		);
	}
}

function isDate(text: string): boolean {
	return /^\d{4}-\d\d-\d\d$/.test(text) && dayExists(text);
}

function dayExists(text: string): boolean {
	try {
		return Temporal.PlainDate.from(text).year > 0;
	} catch {
		return false;
	}
}

function columnNamed({ entity }: Collection, property: string): Column {
	const column = columnsOf(entity).find((one) => one.property === property);
	if (column === undefined) throw invalid(property, `query parameter ${property} is not known here`);
	return column;
}

function invalid(expression: string, message: string): Failure {
	return new Failure("invalid", message, { expression });
}
