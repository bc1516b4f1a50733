import { sql } from "kysely";
import type { Mapping } from "../mapping/define.ts";
import { isPresent } from "../mapping/project.ts";
import { mappingsOf, rowOf } from "../mapping/registry.ts";
import { personJoin, relationOf, rowColumns } from "../search/sql/native-columns.ts";
import { type NativeRow, nativeVersion, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import type { Location } from "./locate.ts";
import type { Found, Lookup } from "./lookups.ts";
import type { ResourceVersion } from "./resource-version.ts";
import { template, unsized } from "./statement.ts";

/** A row as read for FHIR. */
export interface LoadedRow {
	readonly rowId: number;
	readonly row: NativeRow;
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
	const rows = await tx.query(sql<{ $row: number } & Record<string, unknown>>`
		select t.id as "$row", ${rowColumns(mappings)}
		from ${relationOf(first)} t ${personJoin(mappings)}
		where t.id = any(${unsized(sql.val([...new Set(rowIds)]), "int")})
		order by t.id ${lock && !first.isServers ? sql`for update of t` : sql``}`);
	return new Map(rows.map(({ $row, ...row }) => [$row, { rowId: $row, row: row as NativeRow }]));
}

/**
 * The current version behind an id of our own form, in one statement; undefined where the row does not say it all: it is not there, its
 * part has another id, or the id leads elsewhere. Then {@link locate} tells.
 */
export async function loadNatural(tx: Transaction, type: string, id: string): Promise<ResourceVersion | undefined> {
	const natural = rowOf(type, id);
	if (natural === undefined) return undefined;
	const { mapping, rowId } = natural;
	const row = await tx.find(naturalRows(mapping), rowId);
	// Where the id leads elsewhere, its row has been told another one.
	if (row === undefined || !isPresent(mapping, row)) return undefined;
	const version = nativeVersion(mapping, rowId, row);
	return version.id === id ? version : undefined;
}

const naturalRowsOf = new Map<string, Lookup<number, NativeRow>>();

/** Rows of a mapping's table, for whichever of its parts of the same type. */
function naturalRows(mapping: Mapping): Lookup<number, NativeRow> {
	const { type, table } = mapping;
	const name = `${type} ${table}`;
	const known = naturalRowsOf.get(name);
	if (known !== undefined) return known;
	const mappings = mappingsOf(type).filter((other) => other.table === table);
	const statement = template<Found<NativeRow>, "rowIds">(
		(place) => sql`
			select ${rowColumns(mappings)}, k.at::int "$key"
			from unnest(${unsized(place("rowIds"), "int")}) with ordinality k (row_id, at)
				join ${relationOf(mapping)} t on t.id = k.row_id ${personJoin(mappings)}`,
	);
	const made: Lookup<number, NativeRow> = { statement: (rowIds) => statement({ rowIds }) };
	naturalRowsOf.set(name, made);
	return made;
}

/** The current versions at some locations, by id; what is deleted or not visible is left out. */
export async function load(tx: Transaction, locations: readonly Location[]): Promise<Map<string, ResourceVersion>> {
	const found = new Map<string, ResourceVersion>();
	for (const one of locations) {
		if (one.kind === "whole" && !one.deleted && one.whole.cut !== true) found.set(one.id, wholeVersion(one.whole));
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
			const version = nativeVersion(mapping, rowId, loaded.row);
			if (version.id === id) found.set(id, version);
		}
	}
	return found;
}
