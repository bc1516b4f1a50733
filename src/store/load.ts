import { sql } from "kysely";
import type { Mapping } from "../mapping/define.ts";
import { isPresent } from "../mapping/project.ts";
import { personJoin, rowColumns } from "../search/sql/native-branch.ts";
import { type NativeRow, nativeVersion, type ResidueEntry, type WholeRow, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import type { Location } from "./locate.ts";
import type { ResourceVersion } from "./resource-version.ts";

/** A row as read for FHIR, with its residues by part. */
export interface LoadedRow {
	readonly rowId: number;
	readonly row: NativeRow;
	readonly residues: ReadonlyMap<string, ResidueEntry>;
}

/** Rows of one table for the parts some mappings of one type see; `lock` keeps others from changing them meanwhile. */
export async function loadRows(
	tx: Transaction,
	mappings: readonly Mapping[],
	rowIds: readonly number[],
	lock = false,
): Promise<Map<number, LoadedRow>> {
	const [first] = mappings;
	if (first === undefined || rowIds.length === 0) return new Map();
	const rows = await tx.query(sql<{ $row: number; residue: string | null } & Record<string, unknown>>`
		select t.id as "$row", ${rowColumns(
			mappings,
			sql`(select json_agg(json_build_array(x.part, x.id, x.meta, x.body)) from fhir.resource x
				where x.table_name = ${first.table} and x.row_id = t.id and x.type = ${first.type})`,
		)}
		from public.${sql.ref(first.table)} t ${personJoin(mappings)}
		where t.id = any(${sql.val([...new Set(rowIds)])}::int[])
		order by t.id ${lock ? sql`for update of t` : sql``}`);
	return new Map(
		rows.map(({ $row, residue, ...row }) => [
			$row,
			{ rowId: $row, row: row as NativeRow, residues: residuesOf(residue) },
		]),
	);
}

/** Residues by part, from the JSON text a query gives. */
export function residuesOf(text: string | null): Map<string, ResidueEntry> {
	const entries = text === null ? [] : (JSON.parse(text) as ResidueEntry[]);
	return new Map(entries.map((entry) => [entry[0], entry]));
}

/** Bodies stored whole, by key. */
export async function loadWholes(
	tx: Transaction,
	keys: readonly number[],
	lock = false,
): Promise<Map<number, WholeRow & { deleted: boolean }>> {
	if (keys.length === 0) return new Map();
	const rows = await tx.query(sql<WholeRow & { key: number; deleted: boolean }>`
		select x.key, x.type, x.id, x.version, x.last_updated, x.user_id, x.meta, x.body, x.deleted
		from fhir.resource x where x.key = any(${sql.val([...new Set(keys)])}::bigint[])
		order by x.key ${lock ? sql`for update` : sql``}`);
	return new Map(rows.map((row) => [row.key, row]));
}

/** The current versions at some locations, by id; what is deleted or not visible is left out. */
export async function load(tx: Transaction, locations: readonly Location[]): Promise<Map<string, ResourceVersion>> {
	const found = new Map<string, ResourceVersion>();
	const wholes = locations.filter((one) => one.kind === "whole" && !one.deleted);
	for (const row of (
		await loadWholes(
			tx,
			wholes.map((one) => (one as { key: number }).key),
		)
	).values()) {
		if (!row.deleted) found.set(row.id, wholeVersion(row));
	}
	const byTable = Map.groupBy(
		locations.filter((one) => one.kind === "row"),
		({ mapping }) => mapping.table,
	);
	for (const list of byTable.values()) {
		const mappings = [...new Set(list.map((one) => one.mapping))];
		const rows = await loadRows(
			tx,
			mappings,
			list.map((one) => one.rowId),
		);
		for (const { id, mapping, rowId } of list) {
			const loaded = rows.get(rowId);
			if (loaded === undefined || !isPresent(mapping, loaded.row)) continue;
			const version = nativeVersion(mapping, rowId, loaded.row, loaded.residues.get(mapping.id.part));
			if (version.id === id) found.set(id, version);
		}
	}
	return found;
}
