import { sql } from "kysely";
import type { Mapping } from "../mapping/define.ts";
import { isPresent } from "../mapping/project.ts";
import { mappingsOf, rowOf } from "../mapping/registry.ts";
import { personJoin, relationOf, rowColumns } from "../search/sql/native-columns.ts";
import { type NativeRow, nativeVersion, type ResidueEntry, type WholeRow, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import type { Location } from "./locate.ts";
import type { Found, Lookup } from "./lookups.ts";
import type { ResourceVersion } from "./resource-version.ts";
import { template } from "./statement.ts";

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
		select t.id as "$row", ${rowColumns(mappings, residuesOfRow(mappings))}
		from ${relationOf(first)} t ${personJoin(mappings)}
		where t.id = any(${sql.val([...new Set(rowIds)])}::int[])
		order by t.id ${lock && !first.isServers ? sql`for update of t` : sql``}`);
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

/** Bodies stored whole, by key; kept from being changed by others until the transaction ends. */
export async function lockWholes(
	tx: Transaction,
	keys: readonly number[],
): Promise<Map<number, WholeRow & { deleted: boolean }>> {
	if (keys.length === 0) return new Map();
	const rows = await tx.query(sql<WholeRow & { key: number; deleted: boolean }>`
		select x.key, x.type, x.id, x.version, x.last_updated, x.user_id, x.meta, x.body, x.deleted
		from fhir.resource x where x.key = any(${sql.val([...new Set(keys)])}::bigint[])
		order by x.key for update`);
	return new Map(rows.map((row) => [row.key, row]));
}

/**
 * The current version behind an id of our own form, in one statement; undefined where the row does not say it all: it is not there, its
 * part has another id, or the id leads elsewhere. Then {@link locate} tells.
 */
export async function loadNatural(tx: Transaction, type: string, id: string): Promise<ResourceVersion | undefined> {
	const natural = rowOf(type, id);
	if (natural === undefined) return undefined;
	const { mapping, rowId } = natural;
	const found = await tx.find(naturalRows(mapping), { id, rowId, part: mapping.id.part });
	if (found === undefined || found.$taken) return undefined;
	const row = found as unknown as NativeRow;
	if (!isPresent(mapping, row)) return undefined;
	const version = nativeVersion(mapping, rowId, row, residuesOf(found.residue).get(mapping.id.part));
	return version.id === id ? version : undefined;
}

interface NaturalRow {
	readonly residue: string | null;
	/** The id leads elsewhere. */
	readonly $taken: boolean;
}

/** A part of a row, and the id it has unless another was given to it. */
interface NaturalKey {
	readonly id: string;
	readonly rowId: number;
	readonly part: string;
}

const naturalRowsOf = new Map<string, Lookup<NaturalKey, NaturalRow>>();

/** Rows of a mapping's table, for whichever of its parts of the same type. */
function naturalRows(mapping: Mapping): Lookup<NaturalKey, NaturalRow> {
	const { type, table } = mapping;
	const name = `${type} ${table}`;
	const known = naturalRowsOf.get(name);
	if (known !== undefined) return known;
	const mappings = mappingsOf(type).filter((other) => other.table === table);
	const statement = template<Found<NaturalRow>, "ids" | "rowIds" | "parts">(
		(place) => sql`
			select ${rowColumns(mappings, residuesOfRow(mappings))}, k.at::int "$key",
				exists (select 1 from fhir.resource x where x.type = ${type} and x.id = k.id
					and (x.table_name, x.row_id, x.part) is distinct from (${table}, k.row_id, k.part)) "$taken"
			from unnest(${place("ids")}::text[], ${place("rowIds")}::int[], ${place("parts")}::text[])
					with ordinality k (id, row_id, part, at)
				join ${relationOf(mapping)} t on t.id = k.row_id ${personJoin(mappings)}`,
	);
	const made: Lookup<NaturalKey, NaturalRow> = {
		statement: (keys) =>
			statement({
				ids: keys.map(({ id }) => id),
				rowIds: keys.map(({ rowId }) => rowId),
				parts: keys.map(({ part }) => part),
			}),
	};
	naturalRowsOf.set(name, made);
	return made;
}

/** The residues of the row `t`, as {@link residuesOf} reads them. */
function residuesOfRow([first]: readonly Mapping[]) {
	return sql`(select json_agg(json_build_array(x.part, x.id, x.meta, x.body)) from fhir.resource x
		where x.table_name = ${first?.table} and x.row_id = t.id and x.type = ${first?.type})`;
}

/** The current versions at some locations, by id; what is deleted or not visible is left out. */
export async function load(tx: Transaction, locations: readonly Location[]): Promise<Map<string, ResourceVersion>> {
	const found = new Map<string, ResourceVersion>();
	for (const one of locations) if (one.kind === "whole" && !one.deleted) found.set(one.id, wholeVersion(one.whole));
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
