import { sql } from "kysely";
import { type JsonObject, parseJson } from "../../fhir/json.ts";
import type { Mapping } from "../../mapping/define.ts";
import { isPresent, project } from "../../mapping/project.ts";
import { mappingsOfTable } from "../../mapping/registry.ts";
import { parseResidue } from "../../mapping/residue.ts";
import type { Entity } from "../../tables/all.ts";
import { tableName } from "../../tables/columns.ts";
import type { Transaction } from "../database.ts";
import { type LoadedRow, loadRows } from "../load.ts";
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
	const edited = await updateRows(tx, entity, changes);
	const ids = edited.flatMap((row) => (row === undefined ? [] : [row.id as number]));
	for (const [, mappings] of Map.groupBy(mappingsOfTable(tableName(entity)), ({ type }) => type)) {
		const rows = await loadRows(tx, mappings, ids);
		await writeIndexes(
			tx,
			mappings.flatMap((mapping) => [...rows.values()].flatMap((row) => indexOf(mapping, row))),
		);
	}
	return edited;
}

interface Index extends IndexColumns {
	readonly type: string;
	readonly id: string;
}

function indexOf(mapping: Mapping, { row, residues }: LoadedRow): Index[] {
	const residue = residues.get(mapping.id.part);
	if (residue === undefined || !isPresent(mapping, row)) return [];
	const [, id, metaText, body] = residue;
	if (metaText === null && body === null) return [];
	const meta = metaText === null ? {} : { meta: parseJson(metaText) };
	const parsed = parseResidue(body);
	const resource: JsonObject = { ...project(mapping, row, parsed), ...meta };
	return [{ type: mapping.type, id, ...indexResidue(mapping, resource, row, parsed) }];
}

async function writeIndexes(tx: Transaction, indexes: readonly Index[]): Promise<void> {
	if (indexes.length === 0) return;
	await tx.query(sql`
		update fhir.resource x set (terms, strings, dates, numbers, overrides, guards)
			= (n.terms, n.strings, n.dates, n.numbers, n.overrides, n.guards)
		from json_populate_recordset(null::fhir.resource, ${JSON.stringify(indexes)}::json) n
		where x.type = n.type and x.id = n.id`);
}
