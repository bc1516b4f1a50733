import { budgetOf } from "./budget.ts";
import { day, floatingAt, instantAt, midnight } from "./civil-time.ts";
import { dayOf, type Exceptions, noExceptions } from "./exceptions.ts";
import type { RecurrenceRule } from "./rule.ts";
import { occurrencesOf, type Series } from "./series.ts";
import type { Stamp } from "./stamp.ts";

/** Rule and exceptions of one half of a series. */
export interface Half {
	readonly rule: RecurrenceRule;
	readonly exceptions: Exceptions;
}

/**
 * Cuts a series before one of its occurrences: what was ends before it, what comes begins with it and makes just the occurrences that
 * the whole had from there on.
 *
 * @param at the occurrence's start, not the series' own
 * @throws CalendarTooCostlyError
 */
export function splitSeries(series: Series, at: number): { readonly before: Half; readonly after: Half } {
	const { rule, exceptions, zone, isAllDay, start } = series;
	const { count, until, ...endless } = rule;
	const last: Stamp = isAllDay
		? { kind: "date", written: midnight(floatingAt(at, zone)) - day }
		: { kind: "utc", written: Math.ceil(at / 1000) * 1000 - 1000 };
	const passed =
		count === undefined
			? 0
			: occurrencesOf({ ...series, end: null, exceptions: noExceptions }, { from: start, to: at }, count, budgetOf())
					.length;
	const isBefore = (stamp: Stamp) =>
		instantOf(stamp, zone, isAllDay) < (stamp.kind === "date" ? startOfDay(at, zone) : at);
	const part = (keeps: (stamp: Stamp) => boolean): Exceptions => ({
		excluded: exceptions.excluded.filter(keeps),
		added: exceptions.added.filter(keeps),
	});
	return {
		before: { rule: { ...endless, until: { kind: last.kind, written: last.written } }, exceptions: part(isBefore) },
		after: {
			rule: {
				...endless,
				...(count === undefined ? {} : { count: count - passed }),
				...(until === undefined ? {} : { until }),
			},
			exceptions: part((stamp) => !isBefore(stamp)),
		},
	};
}

/** How far the local times of a series move, in milliseconds; `timeOfDay`: since midnight, before that. */
export interface Move {
	readonly by: number;
	readonly timeOfDay: number;
}

/** Exceptions of a series that moves. */
export function moveExceptions(
	{ excluded, added }: Exceptions,
	move: Move,
	series: Pick<Series, "zone" | "isAllDay">,
): Exceptions {
	const moved = (stamp: Stamp): Stamp => moveStamp(stamp, move, series);
	return { excluded: excluded.map(moved), added: added.map(moved) };
}

/** One stamp of a series that moves. */
function moveStamp(
	stamp: Stamp,
	{ by, timeOfDay }: Move,
	{ zone, isAllDay }: Pick<Series, "zone" | "isAllDay">,
): Stamp {
	if (isAllDay || stamp.kind === "date")
		return { kind: "date", written: midnight(dayOf(stamp, zone) + timeOfDay + by) };
	const local = stamp.kind === "utc" ? floatingAt(stamp.written, zone) : stamp.written;
	return { kind: "utc", written: instantAt(local + by, zone) };
}

function instantOf(stamp: Stamp, zone: string, isAllDay: boolean): number {
	if (isAllDay || stamp.kind === "date") return instantAt(dayOf(stamp, zone), zone);
	return stamp.kind === "utc" ? stamp.written : instantAt(stamp.written, zone);
}

function startOfDay(instant: number, zone: string): number {
	return instantAt(midnight(floatingAt(instant, zone)), zone);
}
