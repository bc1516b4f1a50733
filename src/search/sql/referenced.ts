import { sql } from "kysely";
import type { SearchParameter } from "../../fhir/definitions/definitions.ts";
import type { Mapping } from "../../mapping/define.ts";
import type { Sql } from "../../mapping/unit.ts";
import { asSql } from "../condition.ts";
import { sourcesOf } from "../native-values.ts";
import { reference } from "../params/reference.ts";
import type { Branch } from "./branch.ts";
import { rowColumn } from "./native-columns.ts";

/**
 * Which resources of a type the matches of a branch refer to by a parameter: each once, as ids.
 *
 * @param most - ids to give at most
 */
export function referencedIds(
	branch: Branch,
	parameter: SearchParameter,
	type: string,
	most: number,
): Sql<{ id: string }> {
	const prefix = `${type}/`;
	return sql`
		select distinct substr(reference, ${prefix.length + 1}::int) id
		from (select unnest(${referencesOf(branch, parameter)}) reference from ${branch.from} where ${asSql(branch.where)}) found
		where starts_with(reference, ${prefix}) limit ${most}`;
}

/** `Type/id` texts of one match, as an array. */
function referencesOf(branch: Branch, parameter: SearchParameter): Sql {
	const stored = storedReferences(parameter.code);
	if (branch.kind === "whole") return stored;
	const native = sql`(${sql.join(
		branch.mappings.map((mapping, bit) => nativeReferences(branch, mapping, bit, parameter)),
		sql` || `,
	)})`;
	if (branch.kind === "native") return native;
	return sql`(case when ${parameter.code} = any(x.overrides) then ${stored} else ${native} end)`;
}

/** What the part refers to, where it is one that matches. */
function nativeReferences(branch: Branch, mapping: Mapping, bit: number, parameter: SearchParameter): Sql {
	const [value] = sourcesOf(mapping, parameter, rowColumn).flatMap(({ values }) => values);
	if (value?.kind !== "reference") return sql`'{}'::text[]`;
	const all = value.all ?? sql`array[${reference.nativeKey(value)}]::text[]`;
	return sql`(case when ${branch.counted} & ${sql.lit(2 ** bit)} <> 0 then ${all} else '{}' end)`;
}

function storedReferences(code: string): Sql {
	const prefix = `${code} `;
	return sql`array(select substr(term, ${prefix.length + 1}::int) from unnest(x.terms) term where starts_with(term, ${prefix}))`;
}
