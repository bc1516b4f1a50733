import type { Caller } from "../../access/caller.ts";
import { isKept, isNotTheirs } from "../../access/may.ts";
import { Failure, type Issue } from "../../fhir/failure.ts";
import type { RowValues } from "../../store/rows.ts";
import { type Column, tableName } from "../../tables/columns.ts";
import { type DeriveTools, deriveForRead } from "./derive.ts";
import type { Collection } from "./descriptor.ts";
import { shownColumns } from "./schema/row-schemas.ts";

/** A stored row as it is answered. */
export function present(collection: Collection, row: RowValues, tools: DeriveTools): RowValues {
	return JSON.parse(presentText(collection, row, tools)) as RowValues;
}

/** The same as JSON text, as it is sent: made straight from the cells, of which JSON columns are text already. */
export function presentText(collection: Collection, row: RowValues, tools: DeriveTools): string {
	const shown = deriveForRead(collection, row, tools);
	let text = "";
	for (const { property, type } of shownColumns(collection)) {
		const cell = shown[property];
		text += `${text === "" ? "{" : ","}"${property}":${cellText(type, cell)}`;
	}
	return `${text}}`;
}

function cellText(type: Column["type"], cell: unknown): string {
	if (cell === null || cell === undefined) return "null";
	// Of instants and dates nothing needs escaping; they are many.
	if (type === "instant" || type === "date") return `"${cell}"`;
	return type === "json" && typeof cell === "string" ? cell : JSON.stringify(cell);
}

/** The values of a new row. @throws Failure forbidden | invalid naming everything the caller may not set */
export function valuesToInsert(collection: Collection, caller: Caller, body: RowValues): RowValues {
	const table = tableName(collection.entity);
	refuse(
		caller,
		table,
		"create",
		Object.keys(body).filter((property) => isKept(caller, table, "create", property)),
	);
	return stored(collection, body);
}

/**
 * The values a PUT (whole) or PATCH changes. What may not be changed is accepted as it is, so that what was read can be sent back.
 *
 * @throws Failure forbidden | invalid naming everything that may not be changed
 */
export function valuesToUpdate(
	collection: Collection,
	caller: Caller,
	body: RowValues,
	before: RowValues,
	whole: boolean,
	tools: DeriveTools,
): RowValues {
	const table = tableName(collection.entity);
	const kept = (property: string) => isKept(caller, table, "update", property);
	const now = present(collection, before, tools);
	const changed = Object.keys(body).filter((property) => kept(property) && !same(body[property], now[property]));
	refuse(caller, table, "update", changed);
	const writable = shownColumns(collection).filter(({ property }) => !kept(property));
	const given = Object.entries(body).filter(([property]) => !kept(property));
	const absent = whole ? writable.filter(({ property }) => body[property] === undefined) : [];
	return stored(
		collection,
		Object.fromEntries([...absent.map((column) => [column.property, emptied(column)]), ...given]),
	);
}

/** What a column holds after a PUT that does not have it: nothing, or its documented default. */
function emptied({ property, nullable }: Column): unknown {
	if (property === "timezone") return "America/New_York";
	if (property === "role") return "patient";
	return nullable ? null : undefined;
}

/** @throws Failure forbidden - others may set one of them; invalid - nobody may */
function refuse(caller: Caller, table: string, operation: "create" | "update", properties: readonly string[]): void {
	if (properties.length === 0) return;
	const theirs = properties.filter((property) => isNotTheirs(caller, table, operation, property));
	const issues: Issue[] = properties.map((property) => ({
		code: theirs.includes(property) ? "forbidden" : "invalid",
		expression: property,
		diagnostics: theirs.includes(property)
			? `${property} is not yours to ${operation === "create" ? "set" : "change"}`
			: `${property} is ${operation === "create" ? "set by the server" : "not changed here"}`,
	}));
	throw new Failure(theirs.length > 0 ? "forbidden" : "invalid", issues);
}

function stored(collection: Collection, body: RowValues): RowValues {
	const json = new Set(shownColumns(collection).flatMap(({ property, type }) => (type === "json" ? [property] : [])));
	return Object.fromEntries(
		Object.entries(body).map(([property, value]) => [
			property,
			json.has(property) && value !== null ? JSON.stringify(value) : value,
		]),
	);
}

function same(one: unknown, other: unknown): boolean {
	const instants = [one, other].map((value) =>
		typeof value === "string" && value.includes("T") ? Date.parse(value) : Number.NaN,
	);
	return (
		one === other ||
		(instants[0] === instants[1] && !Number.isNaN(instants[0])) ||
		JSON.stringify(one) === JSON.stringify(other)
	);
}
