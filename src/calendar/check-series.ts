import { budgetOf } from "./budget.ts";
import { CalendarError, CalendarTooCostlyError } from "./calendar-error.ts";
import { day } from "./civil-time.ts";
import { firstMoment, noExceptions } from "./exceptions.ts";
import { isSubDaily, type RecurrenceRule } from "./rule.ts";
import { occurrencesOf, type Series } from "./series.ts";

/** More than once an hour, every day. */
const mostInYear = 10_000;

/**
 * Refuses series nobody can keep: those that happen more than 10,000 times in their first year, and whole days within a day. A rule
 * that never fires is one that nothing comes of.
 *
 * @throws CalendarError
 */
export function checkSeries(
	series: Pick<Series, "start" | "isAllDay" | "zone"> & { readonly rule: RecurrenceRule },
): void {
	const { start, isAllDay, rule } = series;
	if (start < firstMoment) throw new CalendarError("a series begins in the year 1000 or later");
	if (isAllDay && isSubDaily(rule)) {
		throw new CalendarError(`an all-day event cannot have FREQ=${rule.frequency}`);
	}
	const year = { from: start, to: start + 366 * day };
	try {
		const whole = { ...series, end: null, exceptions: noExceptions };
		if (occurrencesOf(whole, year, mostInYear + 1, budgetOf()).length <= mostInYear) return;
	} catch (error) {
		if (!(error instanceof CalendarTooCostlyError)) throw error;
	}
	throw new CalendarError(`it happens more than ${mostInYear} times in a year`);
}
