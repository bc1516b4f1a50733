import { type Budget, budgetOf } from "./budget.ts";
import { day, floatingAt, instantAt, midnight } from "./civil-time.ts";
import { dayOf, stampOf } from "./exceptions.ts";
import { type Occurrence, occurrencesOf, type Series } from "./series.ts";
import { type Stamp, writeDate, writeInstant } from "./stamp.ts";

/** What an occurrence is called by within its series: its start by the rule, `20261201T140000Z`, of all-day series the day, `20261201`. */
export function occurrenceKey(start: number, { zone, isAllDay }: Pick<Series, "zone" | "isAllDay">): string {
	const { kind, written } = stampOf(start, zone, isAllDay);
	return kind === "date" ? writeDate(written) : writeInstant(written);
}

/**
 * The occurrence of a series that a stamp names: its start as an instant or a local time, or the day where there is just one on it.
 * Undefined when the series has none there.
 *
 * @throws CalendarTooCostlyError
 */
export function findOccurrence(series: Series, stamp: Stamp, budget: Budget = budgetOf()): Occurrence | undefined {
	const { zone, isAllDay } = series;
	if (isAllDay || stamp.kind === "date") {
		const date = dayOf(stamp, zone);
		const window = { from: instantAt(date, zone), to: instantAt(date + day, zone) };
		const onDay = occurrencesOf(series, window, 10_000, budget).filter(
			({ start }) => midnight(floatingAt(start, zone)) === date,
		);
		return onDay.length === 1 ? onDay[0] : undefined;
	}
	const second = stamp.kind === "utc" ? stamp.written : instantAt(stamp.written, zone);
	const window = { from: second, to: second + 1000 };
	return occurrencesOf(series, window, 10_000, budget).find(({ start }) => start >= second && start < second + 1000);
}
