import { sql } from "kysely";
import { type JsonObject, parseJson } from "../../fhir/json.ts";
import type { Mapping } from "../../mapping/define.ts";
import { naturalId } from "../../mapping/natural-id.ts";
import { isPresent, project } from "../../mapping/project.ts";
import { mappingsOfTable } from "../../mapping/registry.ts";
import { parseResidue } from "../../mapping/residue.ts";
import type { Entity } from "../../tables/all.ts";
import { tableName } from "../../tables/columns.ts";
import { ownerOf } from "../build-version.ts";
import type { Transaction } from "../database.ts";
import { type LoadedRow, loadRows } from "../load.ts";
import { lockEntriesOfRows } from "../locate.ts";
import { residueOfPart } from "../row-residue.ts";
import { type RowChange, type RowValues, updateRows } from "../rows.ts";
import { type IndexColumns, indexResidue } from "./index-columns.ts";

/**
 * Updates rows natively: {@link updateRows}, and what searches find in their residues is worked out anew, as both are one resource.
 */
export async function editRows(
	tx: Transaction,
	entity: Entity,
	changes: readonly RowChange[],
): Promise<(RowValues | undefined)[]> {
	lockEntriesOfRows(
		tx,
		tableName(entity),
		changes.map(({ id }) => id),
	);
	const edited = await updateRows(tx, entity, changes);
	const ids = edited.flatMap((row) => (row === undefined ? [] : [row.id as number]));
	for (const [, mappings] of Map.groupBy(mappingsOfTable(tableName(entity)), ({ type }) => type)) {
		const rows = await loadRows(tx, mappings, ids);
		await writeIndexes(
			tx,
			mappings.flatMap((mapping) => [...rows.values()].flatMap((row) => indexOf(mapping, row, tx.caller.userId))),
		);
	}
	return edited;
}

/** What `fhir.resource` has, or gets, of a resource in a row. */
interface Index extends IndexColumns {
	readonly type: string;
	readonly id: string;
	readonly version: number;
	readonly user_id: number | null;
	readonly created_by: number;
	readonly shared: boolean;
	readonly table_name: string;
	readonly row_id: number;
	readonly part: string;
}

function indexOf(mapping: Mapping, { rowId, row }: LoadedRow, created_by: number): Index[] {
	const said = residueOfPart(row.$residue, mapping);
	if ((said?.meta === undefined && said?.body === undefined) || !isPresent(mapping, row)) return [];
	const meta = said.meta === undefined ? {} : { meta: parseJson(said.meta) };
	const residue = parseResidue(said.body);
	const resource: JsonObject = { ...project(mapping, row, residue), ...meta };
	return [
		{
			...indexResidue(mapping, resource, row, residue, said.body),
			type: mapping.type,
			id: said.id ?? naturalId(mapping.id, rowId),
			version: row.$version,
			user_id: ownerOf(mapping, row),
			created_by,
			shared: mapping.table === "users",
			table_name: mapping.table,
			row_id: rowId,
			part: mapping.id.part,
		},
	];
}

/** What overrides something new is found from now on; what does no longer stays as a link. */
async function writeIndexes(tx: Transaction, indexes: readonly Index[]): Promise<void> {
	if (indexes.length === 0) return;
	const found = sql`terms, strings, dates, numbers, overrides, guards`;
	const given = sql`json_populate_recordset(null::fhir.resource, ${JSON.stringify(indexes)}::json) n`;
	await tx.query(sql`
		update fhir.resource x set (${found}) = (n.terms, n.strings, n.dates, n.numbers, n.overrides, n.guards)
		from ${given} where x.type = n.type and x.id = n.id`);
	if (indexes.every(({ overrides }) => overrides.length === 0)) return;
	const named = sql`type, id, version, user_id, created_by, shared, table_name, row_id, part`;
	await tx.query(sql`
		insert into fhir.resource (${named}, deleted, ${found}, last_updated)
		select ${named}, false, ${found}, date_trunc('milliseconds', clock_timestamp()) from ${given}
		where n.overrides <> '{}' on conflict (type, id) do nothing`);
}
