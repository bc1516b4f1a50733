import { sql } from "kysely";
import { Failure } from "../fhir/failure.ts";
import type { Entity } from "../tables/all.ts";
import { allColumnsOf, type Column, columnsOf, tableName } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";
import { lockEntriesOfRows } from "./locate.ts";
import {
	columnOf,
	knownColumns,
	readableColumns,
	recordColumns,
	recordset,
	recordValues,
	selection,
	tableOf,
} from "./row-columns.ts";
import { type Composed, template } from "./statement.ts";

/** A row by property name, as its reader sees it. Instants and dates are text, JSON columns are JSON text. */
export type RowValues = Record<string, unknown>;

/** Reserves ids of a table, ascending. */
export async function allocateIds(tx: Transaction, entity: Entity, count: number): Promise<number[]> {
	return count === 0 ? [] : tx.numbers(`public.${tableName(entity)}_id_seq`, count);
}

/**
 * Inserts rows in one statement (one more for each different set of columns that have defaults), and gives them back whole, in
 * order. What a row does not have gets the column's default. `id` and `version` may be given.
 *
 * @throws Failure conflict | invalid | forbidden
 */
export async function insertRows(
	tx: Transaction,
	entity: Entity,
	rows: readonly Readonly<Record<string, unknown>>[],
): Promise<RowValues[]> {
	const inserted: RowValues[] = new Array(rows.length);
	const groups = Map.groupBy(rows.keys(), (index) => defaultedKey(entity, rows[index] as RowValues));
	for (const indexes of groups.values()) {
		const group = indexes.map((index) => rows[index] as RowValues);
		const columns = givenProperties(group)
			.sort()
			.map((property) => columnOf(entity, property));
		const insertion = insertionOf(entity, columns, readableColumns(entity, tx.caller));
		const written = await tx.query(insertion({ rows: recordset(columns, group) }));
		tx.wrote({ entity, kind: "insert", rows: written });
		for (const [at, index] of indexes.entries()) inserted[index] = written[at] as RowValues;
	}
	return inserted;
}

/** Insertions that were composed once: for each set of columns, and each of those that come back. */
const insertions = new Map<string, (values: { rows: string }) => Composed<RowValues>>();
const mostInsertions = 500;

function insertionOf(entity: Entity, columns: readonly Column[], back: readonly Column[]) {
	const key = `${tableName(entity)} ${columns.map(({ column }) => column).join()} ${back.length}`;
	const known = insertions.get(key);
	if (known !== undefined) return known;
	const made = template<RowValues, "rows">(
		(place) => sql`
			insert into ${tableOf(entity)} as t (${sql.join(columns.map(({ column }) => sql.ref(column)))})
			select ${recordValues(columns)}
			from json_to_recordset(${place("rows")}::json) as r(${recordColumns(columns)})
			returning ${selection(back)}`,
	);
	if (insertions.size >= mostInsertions) insertions.clear();
	insertions.set(key, made);
	return made;
}

/** New values for some columns of one row. */
export interface RowChange {
	readonly id: number;
	readonly changes: Readonly<Record<string, unknown>>;
	/** The version the row must have; otherwise it stays as it is. */
	readonly ifVersion?: number | undefined;
}

/**
 * Updates rows, one statement for each different set of columns. Gives the new rows whole, in order; undefined for a row that is not
 * there, not visible, or has another version than asked for.
 */
export async function updateRows(
	tx: Transaction,
	entity: Entity,
	changes: readonly RowChange[],
): Promise<(RowValues | undefined)[]> {
	const found = new Map<number, RowValues>();
	const groups = Map.groupBy(changes, (change) => givenProperties([change.changes]).sort().join());
	for (const group of groups.values()) {
		const properties = givenProperties([group[0]?.changes ?? {}]);
		if (properties.length === 0) continue;
		const columns = properties.map((property) => columnOf(entity, property));
		const keyed = [columnOf(entity, "id"), ...columns];
		const rows = group.map(({ id, changes }) => ({ ...changes, id }));
		const versions = sql.val(group.map(({ ifVersion }) => ifVersion ?? null));
		const ids = sql.val(group.map(({ id }) => id));
		const written = await tx.query(sql<RowValues>`
			update ${tableOf(entity)} as t set (${sql.join(columns.map(({ column }) => sql.ref(column)))}) = row(${recordValues(columns)})
			from json_to_recordset(${recordset(keyed, rows)}::json) as r(${recordColumns(keyed)})
				join unnest(${ids}::int[], ${versions}::int[]) as wanted(wanted_id, if_version) on wanted_id = r.id
			where t.id = r.id and (if_version is null or t.version = if_version)
			returning ${selection(knownColumns(entity, tx.caller))}`);
		tx.wrote({ entity, kind: "update", rows: written });
		for (const row of written) found.set(row.id as number, row);
	}
	const untouched = changes.filter((change) => givenProperties([change.changes]).length === 0);
	for (const { id, ifVersion } of untouched) {
		const row = await getRow(tx, entity, id);
		if (row !== undefined && (ifVersion === undefined || row.version === ifVersion)) found.set(id, row);
	}
	return changes.map(({ id }) => found.get(id));
}

/** Deletes rows in one statement; gives the ids of those that were there. @throws Failure conflict when something refers to one */
export async function deleteRows(tx: Transaction, entity: Entity, ids: readonly number[]): Promise<number[]> {
	if (ids.length === 0) return [];
	const known = columnsOf(entity).filter(({ property }) => property === "id" || property === "userId");
	const rows = await tx.query(sql<{ id: number; userId?: number }>`
		delete from ${tableOf(entity)} as t where t.id = any(${sql.val([...ids])}::int[]) returning ${selection(known)}`);
	tx.wrote({ entity, kind: "delete", rows });
	return rows.map(({ id }) => id);
}

/** One row; undefined when it is not there or not visible. `lock` keeps others from changing it until the transaction ends. */
export async function getRow(
	tx: Transaction,
	entity: Entity,
	id: number,
	lock = false,
): Promise<RowValues | undefined> {
	if (lock) lockEntriesOfRows(tx, tableName(entity), [id]);
	const rows = await tx.query(sql<RowValues>`
		select ${selection(readableColumns(entity, tx.caller))} from ${tableOf(entity)} as t where t.id = ${id}::int
		${lock ? sql`for update` : sql``}`);
	return rows[0];
}

/** One row. @throws Failure not-found */
export async function requireRow(tx: Transaction, entity: Entity, id: number, lock = false): Promise<RowValues> {
	const row = await getRow(tx, entity, id, lock);
	if (row === undefined) throw new Failure("not-found", "There is no such row");
	return row;
}

/** Which columns with defaults a row has; absent ones must not be in the statement. */
function defaultedKey(entity: Entity, row: Readonly<Record<string, unknown>>): string {
	let key = "";
	for (const property of defaulted(entity)) if (row[property] !== undefined) key += ` ${property}`;
	return key;
}

const defaultedKnown = new Map<Entity, readonly string[]>();

function defaulted(entity: Entity): readonly string[] {
	const known =
		defaultedKnown.get(entity) ??
		allColumnsOf(entity).flatMap(({ property, hasDefault }) => (hasDefault ? [property] : []));
	defaultedKnown.set(entity, known);
	return known;
}

function givenProperties(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
	const properties = new Set<string>();
	for (const row of rows) for (const property in row) if (row[property] !== undefined) properties.add(property);
	return [...properties];
}
