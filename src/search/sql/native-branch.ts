import { sql } from "kysely";
import type { Mapping } from "../../mapping/define.ts";
import type { Sql } from "../../mapping/unit.ts";
import { and, asSql, type Condition, or } from "../condition.ts";
import { type Source, sourcesOf } from "../native-values.ts";
import { kinds } from "../params/all.ts";
import { besideRowsOf, idsOf } from "../params/reference.ts";
import type { Filter, SearchQuery, SortKey } from "../query.ts";
import type { Branch, IdLimit } from "./branch.ts";
import {
	areSame,
	filtersOf,
	fingerprint,
	isOfRow,
	isSubject,
	nativeCondition,
	rowBounds,
	storedCondition,
} from "./filters.ts";
import type { Key } from "./keyset.ts";
import { personJoin, relationOf, rowColumn, rowColumns } from "./native-columns.ts";

/** The branches a table contributes to a search: its rows, and those whose searched elements sit in the residue. */
export function nativeBranches(
	table: string,
	mappings: readonly Mapping[],
	query: SearchQuery,
	ids: IdLimit | undefined,
): Branch[] {
	const sorted = mappings.map((mapping) => fingerprintOfKeys(mapping, query.sort));
	// Rows can be read once for all their parts only where the parts sort alike.
	const groups = sorted.every((one) => one === sorted[0]) ? [mappings] : mappings.map((one) => [one]);
	return groups
		.flatMap((group) => [rows(table, group, query, ids), overridden(table, group, query, ids)])
		.filter((one) => one.where !== false);
}

function rows(table: string, mappings: readonly Mapping[], query: SearchQuery, ids: IdLimit | undefined): Branch {
	const filters = filtersOf(query);
	const searched = overridable(mappings[0] as Mapping, query);
	const ofPart = filters.filter((filter) => !isOfRow(mappings, filter, rowColumn));
	const matches = mappings.map((mapping) => [
		...ofPart.map((filter) => nativeMatch(mapping, filter)),
		withinLimits(mapping, query, nativeMatch),
		limitedTo(ids, mapping),
	]);
	const possible = mappings.map((_, bit) => and(matches[bit] ?? []) !== false);
	const ofRow = saidByAll(matches.filter((_, bit) => possible[bit]));
	const besides = matches.map((list) => and(list.filter((_, at) => ofRow[at] === undefined)));
	const parts = mappings.map((mapping, bit) => (possible[bit] ? and([present(mapping), besides[bit] ?? true]) : false));
	const said = ofRow.map((one) => one ?? true);
	// Said twice, planners think it rarer.
	const bounds = filters.map((filter) => rowBounds(mappings, [filter], rowColumn));
	const beside = sql`x.table_name = ${table} and x.row_id = t.id and x.type = ${mappings[0]?.type}`;
	const isMoved = sql<boolean>`${mayBeOverridden(searched)} and x.overrides && ${sql.val(searched)}::text[]`;
	return {
		kind: "native",
		mappings,
		columns: rowColumns(mappings.filter((_, bit) => possible[bit])),
		from: sql`${relationOf(mappings[0] as Mapping)} t ${personJoin(mappings)}`,
		where: and([
			or(parts),
			...said,
			...bounds.filter((one) => !said.some((other) => areSame([one, other]))),
			anyRow(ids, mappings),
		]),
		rowId: sql`t.id`,
		parts: besides.every((one, bit) => one === true || !possible[bit])
			? { present: mappings.map((_, bit) => possible[bit] === true) }
			: { mask: mask(parts) },
		counted: mask(
			parts.map((part, bit) =>
				searched.length === 0
					? part
					: and([
							part,
							sql<boolean>`not exists (select from fhir.resource x where ${beside} and x.part = ${mappings[bit]?.id.part} and ${isMoved})`,
						]),
			),
		),
		keys: keysOf(mappings[0] as Mapping, query.sort, false),
		any: undefined,
		moved:
			searched.length === 0
				? undefined
				: (rowIds) => sql`select x.row_id as "row", x.part from fhir.resource x
					where x.table_name = ${table} and x.row_id = any(${rowIds}::int[]) and x.type = ${mappings[0]?.type} and ${isMoved}`,
	};
}

/** Of conditions given for every part: those that all parts say alike, at their places; undefined at the others'. */
function saidByAll(ofParts: readonly (readonly Condition[])[]): (Condition | undefined)[] {
	const [first = []] = ofParts;
	return first.map((condition, at) => (areSame(ofParts.map((list) => list[at] ?? true)) ? condition : undefined));
}

/** Is there anything in `fhir.resource` beside rows of a table, with this to say of it? */
function anyBeside(table: string, [first]: readonly Mapping[], conditions: readonly Condition[]): Sql<boolean> {
	const where = and([sql<boolean>`x.table_name = ${table} and x.type = ${first?.type}`, ...conditions]);
	return sql<boolean>`exists (select from fhir.resource x where ${asSql(where)})`;
}

/** What a part yields by its columns. */
function nativeMatch(mapping: Mapping, filter: Filter): Condition {
	return nativeCondition(filter, sourcesOf(mapping, filter.parameter, rowColumn), rowColumn);
}

/** What a part yields by its residue, where that overrides the columns. */
function overriddenMatch(mapping: Mapping, filter: Filter): Condition {
	const native = nativeMatch(mapping, filter);
	if (isSubject(sourcesOf(mapping, filter.parameter, rowColumn))) return native;
	return sql<boolean>`(case when ${filter.parameter.code} = any(x.overrides)
		then ${asSql(storedCondition(filter))} else ${asSql(native)} end)`;
}

function withinLimits(
	mapping: Mapping,
	{ limits }: SearchQuery,
	match: (mapping: Mapping, filter: Filter) => Condition,
): Condition {
	const sets = limits?.get(mapping.type);
	return sets === undefined ? true : or(sets.map((set) => and(set.map((filter) => match(mapping, filter)))));
}

function overridden(table: string, mappings: readonly Mapping[], query: SearchQuery, ids: IdLimit | undefined): Branch {
	const filters = filtersOf(query);
	const searched = overridable(mappings[0] as Mapping, query);
	const ofPart = filters.filter((filter) => !isOfRow(mappings, filter, rowColumn));
	const partConditions = mappings.map((mapping): Condition => {
		const matches = ofPart.map((filter) => overriddenMatch(mapping, filter));
		const limits = withinLimits(mapping, query, overriddenMatch);
		return and([
			sql<boolean>`x.part = ${mapping.id.part}`,
			present(mapping),
			limitedTo(ids, mapping),
			...matches,
			limits,
		]);
	});
	if (searched.length === 0 || or(partConditions) === false) return nothing(mappings);
	const overrides = [
		sql<boolean>`${mayBeOverridden(searched)} and x.overrides && ${sql.val(searched)}::text[]`,
		...filters.map((filter) => ownerBound(mappings, filter)),
	];
	return {
		kind: "overridden",
		mappings,
		columns: rowColumns(mappings),
		from: sql`fhir.resource x join ${relationOf(mappings[0] as Mapping)} t on t.id = x.row_id ${personJoin(mappings)}
			cross join lateral (select ${mask(partConditions)} parts) m`,
		where: and([
			sql<boolean>`m.parts <> 0 and x.table_name = ${table} and x.type = ${mappings[0]?.type}`,
			...overrides,
			rowBounds(mappings, filters, rowColumn),
			anyRow(ids, mappings),
		]),
		rowId: sql`t.id`,
		parts: { mask: sql`m.parts` },
		counted: sql`m.parts`,
		keys: keysOf(mappings[0] as Mapping, query.sort, true),
		any: anyBeside(table, mappings, overrides),
	};
}

/** A branch that has no matches. */
function nothing(mappings: readonly Mapping[]): Branch {
	const none = sql`0`;
	return {
		kind: "overridden",
		mappings,
		columns: none,
		from: none,
		where: false,
		rowId: none,
		parts: { mask: none },
		counted: none,
		keys: [],
		any: undefined,
	};
}

/** What an index can use of it: most residues override nothing a chart asks for. */
function mayBeOverridden(searched: readonly string[]): Sql {
	return searched.every((code) => chartParameters.has(code))
		? sql`x.overridden and x.chart_overridden`
		: sql`x.overridden`;
}

/** As in the generated column `fhir.resource.chart_overridden`. */
const chartParameters: ReadonlySet<string> = new Set(["category", "code", "date", "effective", "status"]);

/** The same person as the row's: a residue's owner is that of its row. */
function ownerBound(mappings: readonly Mapping[], filter: Filter): Condition {
	if (!isOfRow(mappings, filter, rowColumn)) return true;
	const ids = idsOf(filter, "Patient");
	return ids.length === 0 ? false : besideRowsOf(ids);
}

/** Parameters of the search whose elements may sit in a residue. */
function overridable(mapping: Mapping, query: SearchQuery): string[] {
	const limits = query.limits?.get(mapping.type)?.flat() ?? [];
	const used = [...filtersOf(query), ...query.sort, ...limits].map(({ parameter }) => parameter);
	return [
		...new Set(
			used
				.filter((one) => one.code !== "_lastUpdated" && !isSubject(sourcesOf(mapping, one, rowColumn)))
				.map((one) => one.code),
		),
	];
}

/** The row yields this part. */
function present(mapping: Mapping): Condition {
	const only = Object.entries(mapping.onlyWhere).map(
		([property, values]) =>
			sql<boolean>`${rowColumn(property)} in (${sql.join(values.map((value) => sql.lit(value)))})`,
	);
	const any = mapping.presentWhenAny.map((property) => sql<boolean>`${rowColumn(property)} is not null`);
	return and([...only, any.length === 0 ? true : or(any)]);
}

function limitedTo(ids: IdLimit | undefined, mapping: Mapping): Condition {
	if (ids === undefined) return true;
	const list = ids.rows.get(mapping.name);
	return list === undefined ? false : sql<boolean>`t.id = any(${sql.val(list)}::int[])`;
}

function anyRow(ids: IdLimit | undefined, mappings: readonly Mapping[]): Condition {
	if (ids === undefined) return true;
	return sql<boolean>`t.id = any(${sql.val(mappings.flatMap((mapping) => ids.rows.get(mapping.name) ?? []))}::int[])`;
}

function mask(conditions: readonly Condition[]): Sql {
	return sql.join(
		conditions.map((condition, bit) => sql`(case when ${asSql(condition)} then ${sql.lit(2 ** bit)} else 0 end)`),
		sql` + `,
	);
}

function keysOf(mapping: Mapping, sort: readonly SortKey[], withResidue: boolean): Key[] {
	return sort.map(({ parameter, descending }) => {
		const sources = sourcesOf(mapping, parameter, rowColumn);
		const native = nativeKey(sources, parameter.type, descending);
		const expression =
			withResidue && !isSubject(sources) && parameter.code !== "_lastUpdated"
				? sql`(case when ${parameter.code} = any(x.overrides) then ${kinds[parameter.type].storedKey(parameter.code, descending)} else ${native} end)`
				: native;
		const [only] = sources;
		const filled = !withResidue && sources.length === 1 && only?.unit.required === true && parameter.type === "date";
		const property = filled && only?.unit.columns.length === 1 ? only.unit.columns[0] : undefined;
		return { expression, descending, type: parameter.type, filled, property };
	});
}

function nativeKey(sources: readonly Source[], type: SortKey["parameter"]["type"], descending: boolean): Sql {
	const keys = sources.flatMap(({ values }) => values).map((value) => kinds[type].nativeKey(value));
	if (keys.length === 0)
		return type === "date"
			? sql`null::timestamptz`
			: type === "number" || type === "quantity"
				? sql`null::numeric`
				: sql`null::text`;
	if (keys.length === 1) return keys[0] as Sql;
	return descending ? sql`greatest(${sql.join(keys)})` : sql`least(${sql.join(keys)})`;
}

function fingerprintOfKeys(mapping: Mapping, sort: readonly SortKey[]): string {
	return keysOf(mapping, sort, false)
		.map((key) => fingerprint(key.expression as never))
		.join();
}
