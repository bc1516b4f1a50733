import { sql } from "kysely";
import { and, asSql, type Condition, or } from "../condition.ts";
import { mainDateParameter } from "../extract.ts";
import { kinds } from "../params/all.ts";
import type { SearchQuery } from "../query.ts";
import type { Branch, IdLimit } from "./branch.ts";
import { filtersOf, storedBounds, storedCondition } from "./filters.ts";

/** The branch of resources stored whole: of one type, of some, or of all. */
export function wholeBranch(query: SearchQuery, ids: IdLimit | undefined): Branch {
	const filters = filtersOf(query);
	const main = query.type === undefined ? undefined : mainDateParameter(query.type);
	const where = and([
		ofTypes(query),
		sql<boolean>`x.table_name is null and not x.deleted`,
		ids === undefined ? true : sql<boolean>`x.key = any(${sql.val(ids.wholes)}::bigint[])`,
		storedBounds(query.type, filters),
		...filters.map(storedCondition),
		withinLimits(query),
	]);
	return {
		kind: "whole",
		mappings: [],
		columns: sql`x.type, x.id, x.version, x.last_updated, x.user_id, x.meta, x.body`,
		from: sql`fhir.resource x`,
		where,
		rowId: sql`x.key`,
		parts: { present: [true] },
		counted: sql`1`,
		keys: query.sort.map(({ parameter, descending }) => ({
			expression:
				parameter.code === "_lastUpdated"
					? sql`x.last_updated`
					: parameter.code === main
						? sql`x.at`
						: kinds[parameter.type].storedKey(parameter.code, descending),
			descending,
			type: parameter.type,
			filled: parameter.code === "_lastUpdated",
		})),
		any: sql<boolean>`exists (select from fhir.resource x where ${asSql(where)})`,
	};
}

/** Bodies and residues of the types that are searched. */
export function ofTypes(query: SearchQuery): Condition {
	if (query.type !== undefined) return sql<boolean>`x.type = ${query.type}`;
	return query.types.length === 0 ? true : sql<boolean>`x.type = any(${sql.val(query.types)}::text[])`;
}

/** Types that are limited show what meets their limits only. */
function withinLimits({ limits }: SearchQuery): Condition {
	return and(
		[...(limits ?? [])].map(([type, sets]) =>
			or([sql<boolean>`x.type <> ${type}`, ...sets.map((set) => and(set.map(storedCondition)))]),
		),
	);
}
