import { sql } from "kysely";
import type { Mapping } from "../mapping/define.ts";
import { mappingOfPart, mappingsOfTable, rowOf } from "../mapping/registry.ts";
import type { Sql } from "../mapping/unit.ts";
import type { WholeRow } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { bytesBefore, pageBytes } from "./page-bytes.ts";
import { unsized } from "./statement.ts";

/** Where a resource lives. That a row is there, and yields the part, is not checked yet. */
export type Location =
	| {
			readonly kind: "whole";
			readonly type: string;
			readonly id: string;
			readonly key: number;
			readonly deleted: boolean;
			/** As read while looking for it; the body where it was asked for, and of several `cut` beyond what a page can bring. */
			readonly whole: WholeRow;
	  }
	| {
			readonly kind: "row";
			readonly type: string;
			readonly id: string;
			readonly mapping: Mapping;
			readonly rowId: number;
			/** An entry in `fhir.resource` says so; otherwise the id itself does. */
			readonly linked: boolean;
	  };

interface Entry extends WholeRow {
	readonly key: number;
	readonly table_name: string | null;
	readonly row_id: number | null;
	readonly part: string | null;
	readonly deleted: boolean;
}

/** Columns of an entry; the body of what is stored whole where it is asked for. */
function columns(bodies: boolean): Sql<Entry> {
	return sql<Entry>`x.key, x.type, x.id, x.table_name, x.row_id, x.part, x.deleted, x.version, x.last_updated, x.user_id,
		case when x.table_name is null then x.meta end meta, ${bodies ? sql`case when x.table_name is null then x.body end` : sql`null::text`} body`;
}

/**
 * Finds where ids of one type lead. An entry in `fhir.resource` decides; without one, an id of our own form leads to its row, unless
 * that part of the row has been given another id.
 *
 * @param bodies - whether to read what is stored whole, too
 */
export async function locate(
	tx: Transaction,
	type: string,
	ids: readonly string[],
	bodies: boolean,
): Promise<Map<string, Location>> {
	const natural = ids.flatMap((id) => rowOf(type, id) ?? []);
	const rowIds = natural.map(({ rowId }) => rowId);
	const tables = [...new Set(natural.map(({ mapping }) => mapping.table))];
	const given = unsized(sql.val(ids), "text");
	const byId = sql<Entry>`select ${columns(bodies)} from fhir.resource x where x.type = ${type} and x.id = any(${given})`;
	const byEither =
		rowIds.length === 0
			? byId
			: sql<Entry>`${byId} union all select ${columns(bodies)} from fhir.resource x
				where x.type = ${type} and x.id <> all(${given}) and x.table_name = any(${unsized(sql.val(tables), "text")}) and x.row_id = any(${unsized(sql.val(rowIds), "int")})`;
	return locations(type, ids, await tx.query(bodies && ids.length > 1 ? asManyAsAPage(byEither) : byEither));
}

/** Names of resources: ids by type. */
export type Names = ReadonlyMap<string, readonly string[]>;

/**
 * The same for ids of several types, by type, of which nobody else changes the entries until the transaction ends: neither their own nor
 * those of other parts of the same rows. Who changes resources locks entries in this one statement, in the order of their keys, and only
 * then rows ({@link lockEntriesOfRows}): so no two can wait for each other.
 */
export async function locateToChange(tx: Transaction, names: Names): Promise<Map<string, Map<string, Location>>> {
	const given = [...names].flatMap(([type, ids]) => ids.map((id) => ({ type, id, row: rowOf(type, id) })));
	const natural = given.flatMap(({ row }) => row ?? []);
	const texts = (items: readonly string[]) => unsized(sql.val(items), "text");
	const own = sql`unnest(${texts(given.map(({ type }) => type))}, ${texts(given.map(({ id }) => id))})`;
	const tables = texts(natural.map(({ mapping }) => mapping.table));
	const rowIds = unsized(sql.val(natural.map(({ rowId }) => rowId)), "int");
	const entries = await tx.query(sql<Entry>`
		with own as materialized (
			select e.key, e.table_name, e.row_id
			from ${own} as g(type, id) join fhir.resource e on e.type = g.type and e.id = g.id
		), of_row as (
			select table_name, row_id from own where table_name is not null
			union
			select * from unnest(${tables}, ${rowIds})
		)
		select ${columns(false)} from fhir.resource x
		where x.key = any(array(
			select key from own
			union
			select e.key from of_row r join fhir.resource e on e.table_name = r.table_name and e.row_id = r.row_id))
		order by x.key for update of x`);
	const byType = Map.groupBy(entries, ({ type }) => type);
	return new Map([...names].map(([type, ids]) => [type, locations(type, ids, byType.get(type) ?? [])]));
}

/**
 * Keeps others from changing the entries of rows that are about to be locked or changed; before that, as {@link locateToChange} tells.
 * Sent ahead of what comes next, and not waited for.
 */
export function lockEntriesOfRows(tx: Transaction, table: string, rowIds: readonly number[]): void {
	if (mappingsOfTable(table).length === 0 || rowIds.length === 0) return;
	tx.later(sql`
		select from fhir.resource x where x.table_name = ${table} and x.row_id = any(${unsized(sql.val([...rowIds]), "int")})
		order by x.key for update`);
}

/** What entries say of ids of one type: their own, and those of the rows that ids of our own form look like. */
function locations(type: string, ids: readonly string[], entries: readonly Entry[]): Map<string, Location> {
	const entryOfId = new Map(entries.map((entry) => [entry.id, entry]));
	const named = new Set(entries.map((entry) => `${entry.table_name}/${entry.row_id}/${entry.part}`));
	const found = new Map<string, Location>();
	for (const id of ids) {
		const entry = entryOfId.get(id);
		if (entry !== undefined) found.set(id, ofEntry(type, entry));
		else {
			const row = rowOf(type, id);
			if (row === undefined || named.has(`${row.mapping.table}/${row.rowId}/${row.mapping.id.part}`)) continue;
			found.set(id, { kind: "row", type, id, mapping: row.mapping, rowId: row.rowId, linked: false });
		}
	}
	return found;
}

/** The same without the bodies a page has no room for. */
function asManyAsAPage(entries: Sql<Entry>): Sql<Entry> {
	return sql<Entry>`
		select key, type, id, table_name, row_id, part, deleted, version, last_updated, user_id, meta,
			case when earlier > ${pageBytes} then null else body end body, earlier > ${pageBytes} cut
		from (select e.*, ${bytesBefore(sql`e.body`)} earlier from (${entries}) e) e`;
}

function ofEntry(type: string, entry: Entry): Location {
	if (entry.table_name === null) {
		return { kind: "whole", type, id: entry.id, key: entry.key, deleted: entry.deleted, whole: entry };
	}
	const mapping = mappingOfPart(type, entry.table_name, entry.part ?? "");
	if (mapping === undefined) throw new Error(`${type}/${entry.id} is linked to a part that no mapping has`);
	return { kind: "row", type, id: entry.id, mapping, rowId: entry.row_id as number, linked: true };
}
