import type { Transaction } from "../store/database.ts";
import { allocateIds, insertRows } from "../store/rows.ts";
import type { Entity } from "../tables/all.ts";
import { columnsOf, entityOf } from "../tables/columns.ts";
import { type Chunk, type SeedRow, type TableName, tablesInOrder } from "./chunk.ts";

/** Rows of one statement. Large enough that the round trip does not count, small enough to stay below a few MB of JSON. */
const BATCH_ROWS = 2000;

/** The ids that the rows of a chunk got, in the chunk's order. */
export type WrittenIds = ReadonlyMap<TableName, readonly number[]>;

/**
 * Writes a chunk, one statement per table and 2,000 rows, parents first. Provisional ids (below zero) get real ones, in `id`
 * and in every foreign key.
 *
 * @param known ids of tables that are there already: their rows are taken as written and not inserted
 */
export async function writeChunk(tx: Transaction, chunk: Chunk, known: WrittenIds = new Map()): Promise<WrittenIds> {
	const ids = new Map<TableName, readonly number[]>(known);
	for (const table of tablesInOrder) {
		const rows = chunk.rows(table);
		if (rows.length === 0 || known.has(table)) continue;
		const entity = documented(table);
		ids.set(table, await allocateIds(tx, entity, rows.length));
		const number = numberingOf(entity, table, ids);
		for (let at = 0; at < rows.length; at += BATCH_ROWS) {
			await insertRows(tx, entity, rows.slice(at, at + BATCH_ROWS).map(number));
		}
	}
	return ids;
}

/** How many rows a chunk has in all tables. */
export function countRows(chunk: Chunk): number {
	return tablesInOrder.reduce((total, table) => total + chunk.rows(table).length, 0);
}

/** The entity of a documented table. */
export function documented(table: TableName): Entity {
	const entity = entityOf(table);
	if (entity === undefined) throw new Error(`no entity for table ${table}`);
	return entity;
}

function numberingOf(entity: Entity, table: TableName, ids: WrittenIds): (row: SeedRow) => SeedRow {
	const keys: [string, string][] = [["id", table]];
	for (const { property, references } of columnsOf(entity))
		if (references !== undefined) keys.push([property, references]);
	return (row) => {
		const numbered: Record<string, SeedRow[string]> = {};
		for (const [property, target] of keys) {
			const value = row[property];
			if (typeof value !== "number" || value > 0) continue;
			const id = ids.get(target as TableName)?.[-value - 1];
			if (id === undefined) throw new Error(`${table}.${property}: no row ${value} of ${target} in this chunk`);
			numbered[property] = id;
		}
		return { ...row, ...numbered } as SeedRow;
	};
}
