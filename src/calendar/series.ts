import type { Budget } from "./budget.ts";
import { day, floatingAt, instantAt, midnight } from "./civil-time.ts";
import { dayOf, type Exceptions, firstMoment, lastMoment } from "./exceptions.ts";
import { expandRule } from "./expand-rule.ts";
import type { RecurrenceRule } from "./rule.ts";
import type { Stamp } from "./stamp.ts";

/** A recurring event in the zone of the person it is about; times are instants in milliseconds. */
export interface Series {
	readonly start: number;
	readonly end: number | null;
	readonly isAllDay: boolean;
	readonly rule: RecurrenceRule;
	readonly exceptions: Exceptions;
	/** IANA name. */
	readonly zone: string;
}

/** One time a series takes place. What it is called by is its start, which no edit of this one occurrence changes. */
export interface Occurrence {
	readonly start: number;
	readonly end: number | null;
}

/** Instants; an occurrence is in it when it begins before `to` and ends after `from`, or begins at `from`. */
export interface Window {
	readonly from: number;
	readonly to: number;
}

/**
 * The occurrences of a series within a window, by start, without those left out, at most `most` of them.
 *
 * The rule is followed in local time and each time turned into an instant by itself (RFC 5545 section 3.3.10), so that nine o'clock
 * stays nine o'clock across the change of clocks. A timed occurrence lasts as long as the first one, an all-day one as many days.
 *
 * @throws CalendarTooCostlyError
 */
export function occurrencesOf(series: Series, window: Window, most: number, budget: Budget): Occurrence[] {
	const { start, end, rule, zone } = series;
	const lasts = Math.max(0, (end ?? start) - start);
	const local = Math.floor(floatingAt(start, zone) / 1000) * 1000;
	const fraction = start - Math.floor(start / 1000) * 1000;
	const [from, to] = [Math.max(window.from - lasts, firstMoment), Math.min(window.to, lastMoment)];
	const endOfLocal = end === null ? null : floatingAt(end, zone) - floatingAt(start, zone);
	const occurrenceAt = (time: number): Occurrence => {
		// The first one keeps its very instant, also where its local time comes twice.
		const at = time === local ? start : instantAt(time, zone) + fraction;
		if (end === null || endOfLocal === null) return { start: at, end: null };
		return { start: at, end: series.isAllDay ? instantAt(time + fraction + endOfLocal, zone) : at + lasts };
	};
	const excluded = excluder(series);
	const isWithin = ({ start: begin, end: over }: Occurrence) =>
		begin < window.to && (begin >= window.from || (over ?? begin) > window.from);
	const found = new Map<number, Occurrence>();
	const add = (time: number): void => {
		const one = occurrenceAt(time);
		if (isWithin(one) && !excluded(one.start)) found.set(one.start, one);
	};
	if (local >= firstMoment && from < to) {
		const isOver = overAfter(series);
		const around = { from: from - 2 * day, to: Math.min(to + 2 * day, lastMoment) };
		expandRule(simplified(rule, series.isAllDay), local, around, budget, (time) => {
			if (isOver(time)) return true;
			add(time);
			return found.size >= most;
		});
	}
	for (const stamp of series.exceptions.added) add(addedTime(stamp, series, local));
	return [...found.values()].sort((one, other) => one.start - other.start).slice(0, most);
}

/** Times of day mean nothing to a day (RFC 5545 section 3.3.10). */
function simplified(rule: RecurrenceRule, isAllDay: boolean): RecurrenceRule {
	return isAllDay ? { ...rule, byHour: [], byMinute: [], bySecond: [] } : rule;
}

/**
 * Whether a local time is behind UNTIL, which is the last moment that counts. A bare date stands for its whole day. For all-day series
 * midnight in UTC is a bare date too: so do programs write it that know no dates.
 */
function overAfter({ rule: { until }, isAllDay, zone }: Series): (floating: number) => boolean {
	if (until === undefined) return () => false;
	if (isAllDay) {
		const last = dayOf(until, zone);
		return (time) => midnight(time) > last;
	}
	if (until.kind === "utc") return (time) => instantAt(time, zone) > until.written;
	const last = until.kind === "date" ? until.written + day - 1 : until.written;
	return (time) => time > last;
}

/** Whether an occurrence is left out: by its instant, or, where the exception is a date or the series all-day, by its day. */
function excluder({ exceptions: { excluded }, isAllDay, zone }: Series): (instant: number) => boolean {
	if (excluded.length === 0) return () => false;
	const instants = new Set<number>();
	const days = new Set<number>();
	for (const stamp of excluded) {
		if (isAllDay || stamp.kind === "date") days.add(dayOf(stamp, zone));
		else instants.add(stamp.kind === "utc" ? stamp.written : instantAt(stamp.written, zone));
	}
	return (instant) =>
		instants.has(Math.floor(instant / 1000) * 1000) || (days.size > 0 && days.has(midnight(floatingAt(instant, zone))));
}

/** An added date takes place at the series' time of day. */
function addedTime(stamp: Stamp, { isAllDay, zone }: Series, local: number): number {
	if (isAllDay || stamp.kind === "date") return dayOf(stamp, zone) + (local - midnight(local));
	return stamp.kind === "utc" ? floatingAt(stamp.written, zone) : stamp.written;
}
