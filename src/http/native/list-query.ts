import { Failure } from "../../fhir/failure.ts";
import type { RowFilter, RowPosition, RowQuery } from "../../store/list-rows.ts";
import { type Column, columnsOf } from "../../tables/columns.ts";
import type { Collection } from "./descriptor.ts";
import { dateAsked, momentAsked, timeRange } from "./moments.ts";

type Asked = string | number | boolean;

/** Query parameters of a list, as its schema lets them through (schema/row-schemas.ts). */
export interface ListParameters {
	readonly limit?: number;
	readonly cursor?: string;
	readonly sort?: string;
	readonly from?: string;
	readonly to?: string;
	/** Columns. */
	readonly [property: string]: Asked | undefined;
}

/** A list's query parameters as what the store lists. @throws Failure invalid naming the parameter */
export function listQuery(collection: Collection, parameters: ListParameters): RowQuery {
	const { limit = 50, cursor, sort, from: _from, to: _to, ...equal } = parameters;
	const filters = Object.entries(equal).flatMap(([property, given]) =>
		given === undefined ? [] : [equality(columnNamed(collection, property), given)],
	);
	const time =
		collection.mainTime === undefined ? [] : within(columnNamed(collection, collection.mainTime), parameters);
	const order = sortOf(collection, sort);
	return {
		filters: [...filters, ...time],
		sort: order,
		limit,
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

function equality({ property, type }: Column, given: Asked): RowFilter {
	if (type === "date") return { property, is: "=", value: dateAsked(property, String(given)) };
	if (type === "instant") return { property, is: "=", value: momentAsked(property, String(given)) };
	return { property, is: "=", value: given };
}

function within({ property, type }: Column, { from, to }: ListParameters): RowFilter[] {
	if (type === "date") {
		const ends: RowFilter[] = [];
		if (from !== undefined) ends.push({ property, is: ">=", value: dateAsked("from", from) });
		if (to !== undefined) ends.push({ property, is: "<=", value: dateAsked("to", to) });
		return ends;
	}
	const range = timeRange({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
	const ends: RowFilter[] = [];
	if (range.from !== undefined) ends.push({ property, is: ">=", value: range.from });
	if (range.before !== undefined) ends.push({ property, is: "<", value: range.before });
	return ends;
}

function columnNamed({ entity }: Collection, property: string): Column {
	const column = columnsOf(entity).find((one) => one.property === property);
	if (column === undefined) throw invalid(property, `query parameter ${property} is not known here`);
	return column;
}

function invalid(expression: string, message: string): Failure {
	return new Failure("invalid", message, { expression });
}
