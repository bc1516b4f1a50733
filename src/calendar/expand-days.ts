import rrule, { type Options, type RRule as Rule } from "rrule";
import type { Budget } from "./budget.ts";
import { day } from "./civil-time.ts";
import type { RecurrenceRule, RuleDay } from "./rule.ts";

/**
 * The times a rule of days, weeks, months or years makes from `start` on, in order and each once, as `rrule` computes them in floating
 * local time. `onTime` is told one after the other and ends the walk with false; beyond `horizon` nothing is looked for. Rules without
 * COUNT begin near `from`, so that a series does not become slower with its years.
 *
 * What `rrule` 2.8.1 does not do is done here: a rule that never fires would be followed to the year 9999, and one time can come twice
 * where BYSETPOS has several positions.
 *
 * @param start floating milliseconds, whole seconds
 */
export function expandDays(
	rule: RecurrenceRule,
	start: number,
	{ from, horizon }: { readonly from: number; readonly horizon: number },
	budget: Budget,
	onTime: (floating: number) => boolean,
): void {
	const begin = rule.count === undefined ? fastForward(rule, start, from) : start;
	if (begin > horizon) return;
	const library = new rrule.RRule({ ...optionsOf(rule, start), dtstart: new Date(begin) }, true);
	stopAfter(library, periodsBetween(rule, begin, horizon), budget);
	let last = Number.NaN;
	library.all((date) => {
		const time = date.getTime();
		if (time > horizon) return false;
		if (time === last || time < start) return true;
		last = time;
		return onTime(time);
	});
}

/** A rule's options, with what RFC 5545 takes from DTSTART written out, so that DTSTART itself may move. */
function optionsOf(rule: RecurrenceRule, start: number): Partial<Options> {
	const at = new Date(start);
	const chosen = rule.byWeekNumber.length + rule.byYearDay.length + rule.byMonthDay.length + rule.byDay.length > 0;
	const { frequency } = rule;
	const given = (list: readonly number[], otherwise: number | null): number[] | null =>
		list.length > 0 ? [...list] : otherwise === null ? null : [otherwise];
	const ofDate = !chosen && (frequency === "YEARLY" || frequency === "MONTHLY");
	return {
		freq: rrule.Frequency[frequency],
		interval: rule.interval,
		wkst: rule.weekStart,
		bysetpos: given(rule.bySetPosition, null),
		bymonth: given(rule.byMonth, !chosen && frequency === "YEARLY" ? at.getUTCMonth() + 1 : null),
		bymonthday: given(rule.byMonthDay, ofDate ? at.getUTCDate() : null),
		byyearday: given(rule.byYearDay, null),
		byweekno: given(rule.byWeekNumber, null),
		byweekday:
			rule.byDay.length > 0
				? rule.byDay.map(weekdayOf)
				: !chosen && frequency === "WEEKLY"
					? [new rrule.Weekday((at.getUTCDay() + 6) % 7)]
					: null,
		byhour: given(rule.byHour, at.getUTCHours()),
		byminute: given(rule.byMinute, at.getUTCMinutes()),
		bysecond: given(rule.bySecond, at.getUTCSeconds()),
	};
}

function weekdayOf({ weekday, ordinal }: RuleDay): InstanceType<typeof rrule.Weekday> {
	return new rrule.Weekday(weekday, ordinal);
}

/**
 * A later time to begin at that gives the same times from `from` on: whole intervals of the rule after its start, two before `from`, as
 * the first week is not looked at whole.
 */
function fastForward({ frequency, interval }: RecurrenceRule, start: number, from: number): number {
	const years = (time: number) => new Date(time).getUTCFullYear();
	const months = (time: number) => years(time) * 12 + new Date(time).getUTCMonth();
	const skipped = (passed: number) => Math.max(0, Math.floor(passed / interval) - 2) * interval;
	let begin = start;
	if (frequency === "YEARLY")
		begin = new Date(start).setUTCFullYear(years(start) + skipped(years(from) - years(start)), 0, 1);
	else if (frequency === "MONTHLY") {
		const month = months(start) + skipped(months(from) - months(start));
		begin = new Date(start).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
	} else {
		const step = frequency === "WEEKLY" ? 7 * day : day;
		return Math.max(start, start + skipped((from - start) / step) * step);
	}
	return Math.max(start, new Date(begin).setUTCHours(0, 0, 0, 0));
}

/** Whole intervals from one time until another is certainly behind. */
function periodsBetween({ frequency, interval }: RecurrenceRule, begin: number, end: number): number {
	const lengths = { YEARLY: 365 * day, MONTHLY: 28 * day, WEEKLY: 7 * day, DAILY: day } as Record<string, number>;
	return Math.ceil((end - begin) / ((lengths[frequency] as number) * interval)) + 2;
}

/**
 * Ends the library's walk after some periods. It has no limit of its own where a rule makes nothing, but asks the interval twice in
 * each round, and an interval of 0 ends it.
 */
function stopAfter(library: Rule, periods: number, budget: Budget): void {
	const { interval } = library.options;
	let left = 2 * periods + 1;
	Object.defineProperty(library.options, "interval", {
		get() {
			left--;
			if (left % 2 === 0) budget.spend(1);
			return left < 0 ? 0 : interval;
		},
	});
}
