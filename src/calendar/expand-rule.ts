import type { Budget } from "./budget.ts";
import { day } from "./civil-time.ts";
import { expandDays } from "./expand-days.ts";
import { expandTimes } from "./expand-times.ts";
import { isSubDaily, type RecurrenceRule } from "./rule.ts";

/** What part of a rule's times is wanted, in floating milliseconds, both ends included. */
export interface FloatingWindow {
	readonly from: number;
	readonly to: number;
}

/**
 * The times a rule makes within a window, in order, in floating local time (RFC 5545 section 3.8.5.3). COUNT counts from the start;
 * UNTIL is the caller's, as only the zone tells when it is. The start itself is among them only where it meets the rule.
 *
 * @param start floating milliseconds, whole seconds
 * @param isEnough told of each time of the window; true: no more are needed
 * @throws CalendarTooCostlyError
 */
export function expandRule(
	rule: RecurrenceRule,
	start: number,
	{ from, to }: FloatingWindow,
	budget: Budget,
	isEnough: (floating: number) => boolean,
): void {
	if (isPlainDaily(rule)) {
		expandPlainDays(rule, start, { from, to }, budget, isEnough);
		return;
	}
	let count = 0;
	const expand = isSubDaily(rule) ? expandTimes : expandDays;
	expand(rule, start, { from, horizon: to }, budget, (time) => {
		budget.spend(1);
		count++;
		if (time >= from && isEnough(time)) return false;
		return count !== rule.count;
	});
}

/** Every so many days and nothing else: most series are (a medication, say), and need no looking at calendars. */
function isPlainDaily({ frequency, ...rule }: RecurrenceRule): boolean {
	return frequency === "DAILY" && Object.values(rule).every((part) => !Array.isArray(part) || part.length === 0);
}

function expandPlainDays(
	{ interval, count = Number.POSITIVE_INFINITY }: RecurrenceRule,
	start: number,
	{ from, to }: FloatingWindow,
	budget: Budget,
	isEnough: (floating: number) => boolean,
): void {
	const step = interval * day;
	for (let index = Math.max(0, Math.ceil((from - start) / step)); index < count; index++) {
		const time = start + index * step;
		if (time > to) return;
		budget.spend(1);
		if (isEnough(time)) return;
	}
}
