import { mappings } from "../../mappings/all.ts";
import type { Mapping } from "./define.ts";
import { rowOfNaturalId } from "./natural-id.ts";

const byType = Map.groupBy<string, Mapping>(mappings, (mapping) => mapping.type);
const byTable = Map.groupBy<string, Mapping>(mappings, (mapping) => mapping.table);
const byName = new Map<string, Mapping>(mappings.map((mapping) => [mapping.name, mapping]));

/** Types that have at least one mapping. */
export const mappedTypes: readonly string[] = [...byType.keys()];

/** The mappings of a type, in the order they are tried; none for a type that is only stored whole. */
export function mappingsOf(type: string): readonly Mapping[] {
	return byType.get(type) ?? [];
}

/** The mappings of all types that rows of a table yield. */
export function mappingsOfTable(table: string): readonly Mapping[] {
	return byTable.get(table) ?? [];
}

/** A mapping by its name. */
export function mappingNamed(name: string): Mapping {
	const found = byName.get(name);
	if (found === undefined) throw new Error(`no mapping is named ${name}`);
	return found;
}

/** The mapping whose rows in `table` yield `part` of a type. */
export function mappingOfPart(type: string, table: string, part: string): Mapping | undefined {
	return mappingsOf(type).find((mapping) => mapping.table === table && mapping.id.part === part);
}

/** The row behind an id of our own form. */
export function rowOf(type: string, id: string): { mapping: Mapping; rowId: number } | undefined {
	return rowOfNaturalId(mappingsOf(type), id);
}

/** Tables that yield resources of a type, each with its mappings: a row is read once, whatever it yields. */
export function tablesOf(type: string): readonly { table: string; mappings: readonly Mapping[] }[] {
	return [...Map.groupBy(mappingsOf(type), (mapping) => mapping.table)].map(([table, list]) => ({
		table,
		mappings: list,
	}));
}
