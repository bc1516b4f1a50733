import type { Transaction } from "../store/database.ts";
import { idsByName } from "../store/seeding.ts";
import { type Chunk, emptyChunk, type TableName } from "./chunk.ts";
import { addLibrary, type Library } from "./library/library.ts";
import { countRows, documented, type WrittenIds, writeChunk } from "./write.ts";

const shared = [
	"food_categories",
	"food_items",
	"exercises",
	"physical_therapy_phases",
	"therapy_routines",
	"activities",
] as const;

/**
 * The shared rows, written where they are not there yet. A table that holds every name of ours is used as it is; any other
 * gets our rows added, whatever else is in it.
 */
export async function storeLibrary(tx: Transaction, createdAt: string): Promise<{ library: Library; rows: number }> {
	const chunk = emptyChunk();
	addLibrary(chunk, createdAt);
	const known = new Map<TableName, readonly number[]>();
	for (const table of shared) {
		const ids = await knownIds(tx, chunk, table);
		if (ids !== undefined) known.set(table, ids);
	}
	const templates = await knownIds(tx, chunk, "event_templates");
	if (templates !== undefined) known.set("event_templates", templates);
	const ids: WrittenIds = await writeChunk(tx, chunk, known);
	const rows = countRows(chunk) - [...known.values()].reduce((sum, list) => sum + list.length, 0);
	return { library: { foodItems: ids.get("food_items") ?? [], exercises: ids.get("exercises") ?? [] }, rows };
}

async function knownIds(tx: Transaction, chunk: Chunk, table: TableName): Promise<number[] | undefined> {
	const stored = await idsByName(tx, documented(table));
	const ids = chunk.rows(table).map(({ name }) => stored.get(String(name)));
	return ids.every((id) => id !== undefined) ? ids : undefined;
}
