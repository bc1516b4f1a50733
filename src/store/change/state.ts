import type { Mapping } from "../../mapping/define.ts";
import { isPresent } from "../../mapping/project.ts";
import { mappingsOf } from "../../mapping/registry.ts";
import type { WholeRow } from "../build-version.ts";
import type { Transaction } from "../database.ts";
import { instanceVersions } from "../history.ts";
import { type LoadedRow, loadRows } from "../load.ts";
import { type Location, locateToChange } from "../locate.ts";
import { type OccurrenceState, occurrenceNow } from "../occurrences.ts";

/** The row an id of our own form looks like; `loaded` when the row is there (without yielding the resource). */
export interface NaturalRow {
	readonly mapping: Mapping;
	readonly rowId: number;
	readonly loaded?: LoadedRow;
}

/** What is there, locked, for an id somebody wants to change. */
export type State =
	/** Never existed, as far as the caller may see. */
	| { readonly kind: "nothing"; readonly row?: NaturalRow }
	/** Existed; `version` is that of the deletion. `linked`: `fhir.resource` still has an entry. */
	| { readonly kind: "deleted"; readonly version: number; readonly linked: boolean; readonly row?: NaturalRow }
	| { readonly kind: "whole"; readonly version: number; readonly whole: WholeRow }
	/** One occurrence of a series, without a row of its own; its version is the series'. `linked` as above. */
	| {
			readonly kind: "occurrence";
			readonly version: number;
			readonly occurrence: OccurrenceState;
			readonly linked: boolean;
	  }
	| {
			readonly kind: "row";
			readonly version: number;
			readonly mapping: Mapping;
			readonly loaded: LoadedRow;
			readonly linked: boolean;
	  };

/**
 * The state of some resources, by `Type/id`. What is there of them is locked in one order, entries before rows, so that two writers do
 * not wait for each other.
 */
export async function lockStates(
	tx: Transaction,
	wanted: readonly { type: string; id: string }[],
): Promise<Map<string, State>> {
	const states = new Map<string, State>();
	if (wanted.length === 0) return states;
	const byType = [...Map.groupBy(wanted, ({ type }) => type)].sort(([a], [b]) => (a < b ? -1 : 1));
	const names = new Map(byType.map(([type, list]) => [type, [...new Set(list.map(({ id }) => id))]]));
	for (const [type, located] of await locateToChange(tx, names)) {
		const ids = names.get(type) ?? [];
		for (const [id, state] of await statesOfType(tx, type, ids, located)) states.set(`${type}/${id}`, state);
	}
	return states;
}

async function statesOfType(
	tx: Transaction,
	type: string,
	ids: readonly string[],
	located: ReadonlyMap<string, Location>,
): Promise<Map<string, State>> {
	const rows = new Map<string, Map<number, LoadedRow>>();
	const inRows = [...located.values()].filter((one) => one.kind === "row");
	const byTable = [...Map.groupBy(inRows, ({ mapping }) => mapping.table)].sort(([a], [b]) => (a < b ? -1 : 1));
	for (const [table, list] of byTable) {
		// Everything the row yields: changing one part may concern the others.
		const mappings = mappingsOf(type).filter((one) => one.table === table);
		const rowIds = list.map(({ rowId }) => rowId);
		rows.set(table, await loadRows(tx, mappings, rowIds, true));
	}
	const states = new Map<string, State>();
	for (const id of ids) {
		const location = located.get(id);
		if (location?.kind === "whole") {
			const { deleted, whole } = location;
			const { version } = whole;
			states.set(id, deleted ? { kind: "deleted", version, linked: true } : { kind: "whole", version, whole });
			continue;
		}
		const loaded = location === undefined ? undefined : rows.get(location.mapping.table)?.get(location.rowId);
		if (location !== undefined && loaded !== undefined && isPresent(location.mapping, loaded.row)) {
			states.set(id, {
				kind: "row",
				version: loaded.row.$version,
				mapping: location.mapping,
				loaded,
				linked: location.linked,
			});
			continue;
		}
		const occurrence = await occurrenceNow(tx, type, id, true);
		if (occurrence !== undefined) {
			const linked = location?.linked ?? false;
			states.set(id, { kind: "occurrence", version: occurrence.seriesRow.version, occurrence, linked });
			continue;
		}
		const row =
			location === undefined || location.linked ? {} : { row: naturalRow(location.mapping, location.rowId, loaded) };
		const [latest] = await instanceVersions(tx, type, id, { version: "" });
		if (latest === undefined) states.set(id, { kind: "nothing", ...row });
		else
			states.set(id, { kind: "deleted", version: Number(latest.versionId), linked: location?.linked ?? false, ...row });
	}
	return states;
}

function naturalRow(mapping: Mapping, rowId: number, loaded: LoadedRow | undefined): NaturalRow {
	return { mapping, rowId, ...(loaded === undefined ? {} : { loaded }) };
}
