import { sql } from "kysely";
import type { Mapping } from "../../mapping/define.ts";
import type { SearchValue } from "../../mapping/unit.ts";
import { and, asSql, type Condition, not, or } from "../condition.ts";
import { mainDateParameter } from "../extract.ts";
import { type ColumnOf, type Source, sourcesOf } from "../native-values.ts";
import { decidesOwner } from "../owner-parameter.ts";
import { kinds } from "../params/all.ts";
import { dateBound } from "../params/date.ts";
import { aboutPatients, idsOf } from "../params/reference.ts";
import type { Filter, SearchQuery } from "../query.ts";
import { presenceTerm } from "../term.ts";

/** Filters other than `_id`, which is located first. */
export function filtersOf(query: SearchQuery): readonly Filter[] {
	return query.filters.filter((filter) => filter.parameter.code !== "_id");
}

/** Is the parameter answered by whose row it is? Then no residue can say otherwise. */
export function isSubject(sources: readonly Source[]): boolean {
	return sources.length > 0 && sources.every(({ unit }) => unit.unit === "subject");
}

/** A filter on what a row yields by its columns. */
export function nativeCondition(filter: Filter, sources: readonly Source[], column: ColumnOf): Condition {
	if (filter.modifier === "missing") {
		const present = or(sources.map((source) => presence(source, column)));
		return filter.missing ? not(present) : present;
	}
	const condition = kinds[filter.parameter.type].native(
		filter,
		sources.flatMap(({ values }) => values),
	);
	return filter.modifier === "not" ? not(condition) : condition;
}

/** Does the row give the element? Its values say so; columns only where a search finds none in it (a concept's words). */
function presence({ unit, values }: Source, column: ColumnOf): Condition {
	if (values.length > 0) return or(values.map(isFilled));
	if (unit.columns.length === 0) return true;
	return or(unit.columns.map((one) => sql<boolean>`${column(one)} is not null`));
}

function isFilled(value: SearchValue): Condition {
	switch (value.kind) {
		case "token":
			return typeof value.code === "string" ? true : sql<boolean>`${value.code} is not null`;
		case "string":
			return sql<boolean>`${value.text} is not null`;
		case "date":
			return sql<boolean>`${value.lo} is not null`;
		case "quantity":
			return sql<boolean>`${value.value} is not null`;
		case "reference":
			return sql<boolean>`${value.user ?? value.id} is not null`;
		case "uri":
			return true;
	}
}

/** A filter on the index columns of a stored resource `x`. */
export function storedCondition(filter: Filter): Condition {
	const { code, type } = filter.parameter;
	if (filter.modifier === "missing") {
		const present = code === "_lastUpdated" ? true : sql<boolean>`x.terms && ${sql.val([presenceTerm(code)])}::text[]`;
		return filter.missing ? not(present) : present;
	}
	if (code === "_lastUpdated") {
		return kinds.date.native(filter, [
			{ kind: "date", lo: sql`x.last_updated`, hi: sql`(x.last_updated + interval '1 millisecond')` },
		]);
	}
	const condition = kinds[type].stored(filter);
	return filter.modifier === "not" ? not(condition) : condition;
}

/** Is a filter said once for the whole row, by {@link rowBounds}: whose it is, the same for every part? */
export function isOfRow(mappings: readonly Mapping[], filter: Filter, column: ColumnOf): boolean {
	return (
		filter.modifier === undefined &&
		mappings.every((mapping) => {
			const sources = sourcesOf(mapping, filter.parameter, column);
			return sources.length === 1 && sources[0]?.unit.required === true && isSubject(sources);
		})
	);
}

/** What an index can use of the filters on a table's rows: moments and persons in required columns. */
export function rowBounds(mappings: readonly Mapping[], filters: readonly Filter[], column: ColumnOf): Condition {
	return and(
		filters.map((filter): Condition => {
			if (filter.modifier !== undefined) return true;
			const bounds = mappings.map((mapping): Condition => {
				const sources = sourcesOf(mapping, filter.parameter, column);
				const [only] = sources;
				if (sources.length !== 1 || only?.unit.required !== true) return true;
				if (isSubject(sources)) return kinds.reference.native(filter, only.values);
				const [value] = only.values;
				return value?.kind === "date" && value.column !== undefined ? dateBound(filter.values, value.column) : true;
			});
			return areSame(bounds) ? (bounds[0] ?? true) : true;
		}),
	);
}

/** Do all say the same, value for value? */
export function areSame(conditions: readonly Condition[]): boolean {
	const texts = conditions.map((one) => (typeof one === "boolean" ? String(one) : fingerprint(one)));
	return texts.every((one) => one === texts[0]);
}

/** Equal for equal SQL and parameters. */
export function fingerprint(condition: Condition): string {
	return JSON.stringify(asSql(condition).toOperationNode());
}

/** What an index can use of the filters on bodies: whose they are and the latest they may begin. */
export function storedBounds(type: string | undefined, filters: readonly Filter[]): Condition {
	if (type === undefined) return true;
	return and(
		filters.map((filter): Condition => {
			if (filter.modifier !== undefined) return true;
			const ids = filter.parameter.type === "reference" ? idsOf(filter, "Patient") : [];
			const onlyPatients = filter.values.every((value) => value.references?.every((one) => one.startsWith("Patient/")));
			if (ids.length > 0 && onlyPatients && decidesOwner(type, filter.parameter)) {
				return aboutPatients(ids);
			}
			if (filter.parameter.code !== mainDateParameter(type)) return true;
			return or(
				filter.values.map(
					(value): Condition =>
						value.prefix === "eq" || value.prefix === "le" || value.prefix === "lt" || value.prefix === "eb"
							? sql<boolean>`x.at < ${value.hi}::timestamptz`
							: true,
				),
			);
		}),
	);
}
