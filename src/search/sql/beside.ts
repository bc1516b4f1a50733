import { sql } from "kysely";
import { tablesOf } from "../../mapping/registry.ts";
import { and, type Condition } from "../condition.ts";
import { decidesOwner } from "../owner-parameter.ts";
import { besideRowsOf, idsOf } from "../params/reference.ts";
import type { Filter, SearchQuery } from "../query.ts";
import { filtersOf, isOfRow } from "./filters.ts";
import { rowColumn } from "./native-columns.ts";
import { ofTypes } from "./whole-branch.ts";

/**
 * Holds for everything in `fhir.resource x` that a search may find there: bodies, and residues that override what is searched. One look at
 * an index tells for a person that there is nothing of the kind.
 */
export function besideRows(query: SearchQuery): Condition {
	const { type } = query;
	const whose = type === undefined ? [] : filtersOf(query).filter((filter) => saysWhose(type, filter));
	return and([
		ofTypes(query),
		// As in the index resource_found_beside.
		sql<boolean>`(x.table_name is null or x.overridden)`,
		...whose.map((filter) => besideRowsOf(idsOf(filter, "Patient"))),
		// True of all, though planners think it rare: then they do not hope for one among the first rows of the whole table.
		sql<boolean>`x.key + 0 = x.key`,
	]);
}

/** Does the filter say whose record it is, of rows as well as of bodies? */
function saysWhose(type: string, filter: Filter): boolean {
	return (
		filter.modifier === undefined &&
		decidesOwner(type, filter.parameter) &&
		filter.values.every(({ references = [] }) => references.every((one) => one.startsWith("Patient/"))) &&
		idsOf(filter, "Patient").length > 0 &&
		tablesOf(type).every(({ mappings }) => isOfRow(mappings, filter, rowColumn))
	);
}
