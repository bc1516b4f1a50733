import { type RawBuilder, sql } from "kysely";
import type { Entity } from "../tables/all.ts";
import type { Column } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";
import { columnOf, readableColumns, selection, sqlTypes, tableOf } from "./row-columns.ts";
import type { RowValues } from "./rows.ts";

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
	const sort = columnOf(entity, query.sort.property);
	const conditions = query.filters.map((filter) => condition(entity, filter));
	if (query.after !== undefined) conditions.push(beyond(sort, query.sort.descending, query.after));
	const direction = sql.raw(query.sort.descending ? "desc" : "asc");
	const nulls = sort.nullable ? sql` nulls last` : sql``;
	const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
	const rows = await tx.query(sql<RowValues>`
		select ${selection(readableColumns(entity, tx.caller))}, ${sql.ref(`t.${sort.column}`)}::text as "$sort"
		from ${tableOf(entity)} as t ${where}
		order by ${sql.ref(`t.${sort.column}`)} ${direction}${nulls}, t.id ${direction}
		limit ${query.limit + 1}`);
	const page = rows.slice(0, query.limit);
	const last = rows.length > query.limit ? page.at(-1) : undefined;
	const next = last && { value: last.$sort as string | null, id: last.id as number };
	for (const row of page) delete row.$sort;
	return { rows: page, next };
}

function condition(entity: Entity, { property, is, value }: RowFilter): RawBuilder<unknown> {
	const { column, type } = columnOf(entity, property);
	return sql`${sql.ref(`t.${column}`)} ${sql.raw(is)} ${String(value)}::text::${sqlTypes[type]}`;
}

function beyond({ column, type, nullable }: Column, descending: boolean, after: RowPosition): RawBuilder<unknown> {
	const sorted = sql.ref(`t.${column}`);
	const beyondSign = sql.raw(descending ? "<" : ">");
	if (after.value === null) return sql`(${sorted} is null and t.id ${beyondSign} ${after.id}::int)`;
	const tuple = sql`(${sorted}, t.id) ${beyondSign} (${after.value}::text::${sqlTypes[type]}, ${after.id}::int)`;
	return nullable ? sql`(${tuple} or ${sorted} is null)` : tuple;
}
