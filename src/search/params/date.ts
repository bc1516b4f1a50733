import { sql } from "kysely";
import { parseDate } from "../../fhir/dates.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Json } from "../../fhir/json.ts";
import type { Sql } from "../../mapping/unit.ts";
import { type Condition, or } from "../condition.ts";
import { splitPrefix } from "../prefix.ts";
import type { FilterValue, Prefix } from "../query.ts";
import type { ParameterKind } from "./kind.ts";

const min = "-infinity";
const max = "infinity";

/**
 * Date parameters (R4 search 2.1.3.8): search range S against target range T, both half-open. A time to the second in a resource is the
 * moment it names, as in the columns (`10:00:00Z` and `10:00:00.000Z` are found alike); in a search it is that whole second.
 */
export const date: ParameterKind = {
	modifiers: ["missing"],
	parse: (text, _parameter, context) => {
		const { prefix, rest } = splitPrefix(text);
		const range = parseDate(rest.replace(" ", "+"));
		if (range === undefined) {
			throw new Failure(
				"invalid",
				`${context.name}: "${text}" is not a date such as 2026-03-14 or ge2026-03-14T10:00:00Z`,
			);
		}
		return { prefix, lo: range.lo, hi: range.hi };
	},
	index: (parameter, value, type, into) => {
		const range = rangeOf(value, type);
		if (range !== undefined) into.dates.push({ param: parameter, ...range });
	},
	stored: (filter) =>
		or(
			filter.values.map(
				(value) => sql<boolean>`exists (select 1 from unnest(x.dates) d
					where d.param = ${filter.parameter.code} and ${compare(value, sql`d.lo`, sql`d.hi`)})`,
			),
		),
	finds: (value, { parameter }, { dates }, now) =>
		dates.some((one) => one.param === parameter.code && agrees(value, one, now)),
	native: (filter, values) =>
		or(
			filter.values.flatMap((wanted) =>
				values.map((value): Condition => {
					if (value.kind !== "date") return false;
					const ofMoment = value.column === undefined ? true : dateBound([wanted], value.column);
					return ofMoment === true ? compare(wanted, value.lo, value.hi) : ofMoment;
				}),
			),
		),
	storedKey: (parameter, descending) =>
		sql`(select ${descending ? sql`max` : sql`min`}(d.lo) from unnest(x.dates) d where d.param = ${parameter})`,
	nativeKey: (value) => (value.kind === "date" ? value.lo : sql`null::timestamptz`),
};

/** The instants a column of moments may have, so that an index can be used; true where a prefix sets no such bound. */
export function dateBound(values: readonly FilterValue[], column: Sql): Condition {
	return or(
		values.map((value): Condition => {
			const [lo, hi] = [value.lo as string, value.hi as string];
			switch (value.prefix) {
				case "eq":
					return sql<boolean>`(${column} >= ${lo}::timestamptz and ${column} < ${hi}::timestamptz)`;
				case "ge":
					return sql<boolean>`${column} >= ${lo}::timestamptz`;
				case "gt":
					return sql<boolean>`${column} > ${hi}::timestamptz - interval '1 millisecond'`;
				case "sa":
					return sql<boolean>`${column} >= ${hi}::timestamptz`;
				case "le":
					return sql<boolean>`${column} < ${hi}::timestamptz`;
				case "lt":
				case "eb":
					return sql<boolean>`${column} < ${lo}::timestamptz`;
				default:
					return true;
			}
		}),
	);
}

function compare(value: FilterValue, lo: Sql, hi: Sql): Sql<boolean> {
	const from = sql`${value.lo}::timestamptz`;
	const to = sql`${value.hi}::timestamptz`;
	const within = sql<boolean>`(${lo} >= ${from} and ${hi} <= ${to})`;
	const conditions: Record<Prefix, () => Sql<boolean>> = {
		eq: () => within,
		ne: () => sql<boolean>`not ${within}`,
		gt: () => sql<boolean>`${hi} > ${to}`,
		lt: () => sql<boolean>`${lo} < ${from}`,
		ge: () => sql<boolean>`(${hi} > ${to} or ${within})`,
		le: () => sql<boolean>`(${lo} < ${from} or ${within})`,
		sa: () => sql<boolean>`${lo} >= ${to}`,
		eb: () => sql<boolean>`${hi} <= ${from}`,
		ap: () => {
			// A tenth of the distance to now, as R4 recommends.
			const slack = sql`(greatest(now() - ${from}, ${from} - now()) / 10)`;
			return sql<boolean>`(${lo} < ${to} + ${slack} and ${hi} > ${from} - ${slack})`;
		},
	};
	return conditions[value.prefix ?? "eq"]();
}

/** As {@link compare}. Instants are texts that sort as they follow one another, the infinite ones too. */
function agrees(value: FilterValue, { lo, hi }: { lo: string; hi: string }, now: number): boolean {
	const [from, to] = [value.lo as string, value.hi as string];
	const within = lo >= from && hi <= to;
	const slack = Math.abs(now - Date.parse(from)) / 10;
	const conditions: Record<Prefix, () => boolean> = {
		eq: () => within,
		ne: () => !within,
		gt: () => hi > to,
		lt: () => lo < from,
		ge: () => hi > to || within,
		le: () => lo < from || within,
		sa: () => lo >= to,
		eb: () => hi <= from,
		ap: () => milliseconds(lo) < Date.parse(to) + slack && milliseconds(hi) > Date.parse(from) - slack,
	};
	return conditions[value.prefix ?? "eq"]();
}

function milliseconds(instant: string): number {
	return instant === min ? -Infinity : instant === max ? Infinity : Date.parse(instant);
}

function rangeOf(value: Json, type: string): { lo: string; hi: string } | undefined {
	if (typeof value === "string") return bounds(parseDate(value)?.lo, endOf(value));
	if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
	const object = value as { [name: string]: Json | undefined };
	if (type === "Timing") return timingRange(object);
	const { start, end } = object;
	const from = typeof start === "string" ? parseDate(start)?.lo : min;
	const to = typeof end === "string" ? endOf(end) : max;
	return start === undefined && end === undefined ? undefined : bounds(from, to);
}

function endOf(text: string): string | undefined {
	const range = parseDate(text);
	return range?.precision === "second" ? parseDate(range.lo)?.hi : range?.hi;
}

/** The outer bounds of a Timing: its events and the period it repeats in. */
function timingRange(timing: { [name: string]: Json | undefined }): { lo: string; hi: string } | undefined {
	const events = (Array.isArray(timing.event) ? timing.event : []).map((event) => rangeOf(event, "dateTime"));
	const repeat = timing.repeat as { boundsPeriod?: Json } | undefined;
	const all = [
		...events,
		repeat?.boundsPeriod === undefined ? undefined : rangeOf(repeat.boundsPeriod, "Period"),
	].filter((range) => range !== undefined);
	if (all.length === 0) return undefined;
	return {
		lo: all.map((range) => range.lo).sort()[0] as string,
		hi: all
			.map((range) => range.hi)
			.sort()
			.at(-1) as string,
	};
}

function bounds(lo: string | undefined, hi: string | undefined): { lo: string; hi: string } | undefined {
	return lo === undefined || hi === undefined ? undefined : { lo, hi };
}
