import { budgetOf } from "./budget.ts";
import { day } from "./civil-time.ts";
import type { Exceptions } from "./exceptions.ts";
import { parseRule } from "./parse-rule.ts";
import type { RecurrenceRule } from "./rule.ts";
import { occurrencesOf, type Series } from "./series.ts";

/** How long a series is followed whose zone is not the person's. */
const years = 5;
const most = 2000;

/**
 * A series of another zone as one of the person's: the same rule where it makes the same instants, else its dates of the first five
 * years, one by one.
 *
 * @param series in its own zone
 * @throws CalendarTooCostlyError
 */
export function seriesInZone(
	series: Series,
	zone: string,
): { readonly rule: RecurrenceRule; readonly exceptions: Exceptions } {
	const { rule, exceptions, start } = series;
	if (series.zone === zone || series.isAllDay) return { rule, exceptions };
	const window = { from: start, to: start + years * 366 * day };
	const there = occurrencesOf(series, window, most, budgetOf()).map((one) => one.start);
	const here = occurrencesOf({ ...series, zone }, window, most, budgetOf()).map((one) => one.start);
	if (there.length === here.length && there.every((at, index) => at === here[index])) return { rule, exceptions };
	const added = there.filter((at) => at !== start).map((at) => ({ kind: "utc", written: at }) as const);
	const isFirst = there[0] === start;
	const excluded = isFirst ? [] : [{ kind: "utc", written: start } as const];
	return { rule: parseRule("FREQ=DAILY;COUNT=1"), exceptions: { excluded, added } };
}
