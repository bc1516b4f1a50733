import { type RawBuilder, sql } from "kysely";
import type { Entity } from "../tables/all.ts";
import { type Column, tableName } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";
import { columnOf, readableColumns, selection, sqlTypes, tableOf } from "./row-columns.ts";
import type { RowValues } from "./rows.ts";
import { type Composed, template } from "./statement.ts";

/** A condition on one column; values are text or plain values PostgreSQL can read as the column's type. */
export interface RowFilter {
	readonly property: string;
	readonly is: "=" | ">=" | "<=" | "<";
	readonly value: string | number | boolean;
}

/** Where a page ends: the sort column's exact text (null where it is empty) and the row's id. */
export interface RowPosition {
	readonly value: string | null;
	readonly id: number;
}

/** What to list. */
export interface RowQuery {
	readonly filters: readonly RowFilter[];
	readonly sort: { readonly property: string; readonly descending: boolean };
	/** Most rows of the page. */
	readonly limit: number;
	readonly after?: RowPosition | undefined;
}

/** One page of rows and, when there are more, where it ends. */
export interface RowPage {
	readonly rows: RowValues[];
	readonly next: RowPosition | undefined;
}

/** Lists rows by a column and then by id, empty values last; the next page starts after the last row, whatever was added meanwhile. */
export async function listRows(tx: Transaction, entity: Entity, query: RowQuery): Promise<RowPage> {
	const { filters, after, sort, limit } = query;
	const values = { ...filters.map(({ value }) => String(value)), after: after?.value, id: after?.id, limit: limit + 1 };
	const rows = await tx.query(listing(entity, readableColumns(entity, tx.caller), query)(values));
	if (rows.length <= limit) return { rows, next: undefined };
	const page = rows.slice(0, limit);
	const last = page.at(-1) as RowValues;
	return { rows: page, next: { value: cellText(columnOf(entity, sort.property), last), id: last.id as number } };
}

type Listing = (values: Readonly<Record<string, unknown>>) => Composed<RowValues>;

/** Statements by everything they depend on but values: lists are asked for again and again. */
const listings = new Map<string, Listing>();

/** Columns, comparisons and orders there are make more, but nobody asks for all of them. */
const mostListings = 1000;

function listing(entity: Entity, columns: readonly Column[], { filters, sort, after }: RowQuery): Listing {
	const asked = filters.map(({ property, is }) => [property, is]);
	const key = JSON.stringify([tableName(entity), columns.length, asked, sort, after && after.value === null]);
	const known = listings.get(key);
	if (known !== undefined) return known;
	const made = template<RowValues, string>((place) => {
		const by = columnOf(entity, sort.property);
		const conditions = filters.map(({ property, is }, at) =>
			condition(columnOf(entity, property), is, place(String(at))),
		);
		if (after !== undefined) conditions.push(beyond(by, sort.descending, after.value === null, place));
		const direction = sql.raw(sort.descending ? "desc" : "asc");
		return sql`
			select ${selection(columns)} from ${tableOf(entity)} as t
			${conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`}
			order by ${sql.ref(`t.${by.column}`)} ${direction}${by.nullable ? sql` nulls last` : sql``}, t.id ${direction}
			limit ${place("limit")}`;
	});
	if (listings.size >= mostListings) listings.clear();
	listings.set(key, made);
	return made;
}

function condition({ column, type }: Column, is: RowFilter["is"], value: unknown): RawBuilder<unknown> {
	return sql`${sql.ref(`t.${column}`)} ${sql.raw(is)} ${value}::text::${sqlTypes[type]}`;
}

function beyond(
	{ column, type, nullable }: Column,
	descending: boolean,
	isEmpty: boolean,
	place: (name: string) => unknown,
): RawBuilder<unknown> {
	const sorted = sql.ref(`t.${column}`);
	const beyondSign = sql.raw(descending ? "<" : ">");
	if (isEmpty) return sql`(${sorted} is null and t.id ${beyondSign} ${place("id")}::int)`;
	const tuple = sql`(${sorted}, t.id) ${beyondSign} (${place("after")}::text::${sqlTypes[type]}, ${place("id")}::int)`;
	return nullable ? sql`(${tuple} or ${sorted} is null)` : tuple;
}

/** A cell as PostgreSQL writes it: what a position holds. */
function cellText({ property, type }: Column, row: RowValues): string | null {
	const cell = row[property];
	if (cell === null || cell === undefined) return null;
	if (type !== "instant") return String(cell);
	return String(cell)
		.replace("T", " ")
		.replace(/\.?0*Z$/, "+00");
}
