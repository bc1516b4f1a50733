import { sql } from "kysely";
import type { Mapping } from "../mapping/define.ts";
import { mappingOfPart, rowOf } from "../mapping/registry.ts";
import type { Sql } from "../mapping/unit.ts";
import type { WholeRow } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { bytesBefore, pageBytes } from "./page-bytes.ts";

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
	const natural = new Map(ids.map((id) => [id, rowOf(type, id)]));
	const rowIds = [...natural.values()].flatMap((row) => (row === undefined ? [] : [row.rowId]));
	const columns = sql`x.key, x.type, x.id, x.table_name, x.row_id, x.part, x.deleted, x.version, x.last_updated, x.user_id,
		case when x.table_name is null then x.meta end meta, ${bodies ? sql`case when x.table_name is null then x.body end` : sql`null::text`} body`;
	const byId = sql<Entry>`select ${columns} from fhir.resource x where x.type = ${type} and x.id = any(${sql.val(ids)}::text[])`;
	const tables = [...new Set([...natural.values()].flatMap((row) => (row === undefined ? [] : [row.mapping.table])))];
	const byEither =
		rowIds.length === 0
			? byId
			: sql<Entry>`${byId} union all select ${columns} from fhir.resource x
				where x.type = ${type} and x.id <> all(${sql.val(ids)}::text[]) and x.table_name = any(${sql.val(tables)}::text[]) and x.row_id = any(${sql.val(rowIds)}::int[])`;
	const entries = await tx.query(bodies && ids.length > 1 ? asManyAsAPage(byEither) : byEither);
	const entryOfId = new Map(entries.map((entry) => [entry.id, entry]));
	const named = new Set(entries.map((entry) => `${entry.table_name}/${entry.row_id}/${entry.part}`));
	const found = new Map<string, Location>();
	for (const id of ids) {
		const entry = entryOfId.get(id);
		if (entry !== undefined) found.set(id, ofEntry(type, entry));
		else {
			const row = natural.get(id);
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
