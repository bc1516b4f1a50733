import type { Budget } from "./budget.ts";
import { day, midnight } from "./civil-time.ts";
import { expandDays } from "./expand-days.ts";
import type { RecurrenceRule } from "./rule.ts";

/**
 * The times a rule of hours, minutes or seconds makes, told like those of {@link expandDays}. `rrule` tells which days count; the times
 * of a day are plain arithmetic, as its own stepping never ends where no step meets BYHOUR (every two hours from 0:00 at 1:00), and loses
 * its rhythm where steps do not divide an hour.
 */
export function expandTimes(
	rule: RecurrenceRule,
	start: number,
	{ from, horizon }: { readonly from: number; readonly horizon: number },
	budget: Budget,
	onTime: (floating: number) => boolean,
): void {
	const first = Math.max(midnight(start), rule.count === undefined ? midnight(from) : midnight(start));
	const timesOn = (date: number): boolean => {
		for (const time of timesOfDay(rule, start, date, budget)) {
			if (time > horizon) return false;
			if (time >= start && !onTime(time)) return false;
		}
		return true;
	};
	if (!narrowsDays(rule)) {
		for (let date = first; date <= horizon; date += day) {
			budget.spend(1);
			if (!timesOn(date)) return;
		}
		return;
	}
	const { count: _count, until: _until, ...rest } = rule;
	const days = { ...rest, ...eachDay, frequency: "DAILY", interval: 1 } as const;
	expandDays(days, midnight(start), { from: first, horizon }, budget, timesOn);
}

const eachDay = { byHour: [], byMinute: [], bySecond: [], bySetPosition: [] };

function narrowsDays({ byMonth, byWeekNumber, byYearDay, byMonthDay, byDay }: RecurrenceRule): boolean {
	return [byMonth, byWeekNumber, byYearDay, byMonthDay, byDay].some((list) => list.length > 0);
}

const units = { HOURLY: 3_600_000, MINUTELY: 60_000, SECONDLY: 1000 } as const;

/** The times of one day, ascending: of each step what BYMINUTE and BYSECOND make of it, from which BYSETPOS chooses. */
function* timesOfDay(rule: RecurrenceRule, start: number, date: number, budget: Budget): Generator<number> {
	const unit = units[rule.frequency as keyof typeof units];
	const step = unit * rule.interval;
	const origin = Math.floor(start / unit) * unit;
	const onRhythm = (time: number) => origin + Math.ceil((time - origin) / step) * step;
	for (let time = onRhythm(date); time < date + day; ) {
		budget.spend(1);
		const next = skipped(rule, time - date);
		if (next !== undefined) {
			time = onRhythm(date + next);
			continue;
		}
		yield* chosen(rule.bySetPosition, within(rule, time, start));
		time += step;
	}
}

/** Where to go on in a day when a time of it is left out by BYHOUR, BYMINUTE or BYSECOND; undefined when it counts. */
function skipped({ frequency, byHour, byMinute, bySecond }: RecurrenceRule, inDay: number): number | undefined {
	const misses = (list: readonly number[], unit: number, size: number) =>
		list.length > 0 && !list.includes(Math.floor(inDay / unit) % size);
	const after = (unit: number) => (Math.floor(inDay / unit) + 1) * unit;
	if (misses(byHour, units.HOURLY, 24)) return after(units.HOURLY);
	if (frequency !== "HOURLY" && misses(byMinute, units.MINUTELY, 60)) return after(units.MINUTELY);
	if (frequency === "SECONDLY" && misses(bySecond, units.SECONDLY, 60)) return after(units.SECONDLY);
	return undefined;
}

/** What a step stands for: one time, or those of its minutes and seconds. */
function within({ frequency, byMinute, bySecond }: RecurrenceRule, time: number, start: number): number[] {
	const at = new Date(start);
	const minutes = frequency === "HOURLY" ? (byMinute.length > 0 ? byMinute : [at.getUTCMinutes()]) : [0];
	const seconds = frequency === "SECONDLY" ? [0] : bySecond.length > 0 ? bySecond : [at.getUTCSeconds()];
	return minutes.flatMap((minute) => seconds.map((second) => time + minute * 60_000 + second * 1000));
}

function chosen(positions: readonly number[], times: readonly number[]): readonly number[] {
	if (positions.length === 0) return times;
	const found = positions.map((position) => times.at(position > 0 ? position - 1 : position));
	return [...new Set(found.filter((time) => time !== undefined))].sort((one, other) => one - other);
}
