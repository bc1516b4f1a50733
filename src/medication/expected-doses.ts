import type { Scheduled } from "./regimen.ts";

/** One dose that is expected. A log within [opens, closes) can be it. Windows of two doses are the same, or have nothing in common. */
export interface ExpectedDose {
	/** The civil day it belongs to; the first of its period where that is longer. */
	readonly date: Temporal.PlainDate;
	/** When it is due; null where any time of the window will do. */
	readonly due: Temporal.Instant | null;
	readonly opens: Temporal.Instant;
	readonly closes: Temporal.Instant;
}

/** For whom and when doses are expected. Both ends of a range count. */
export interface Expectation {
	/** IANA name. */
	readonly zone: string;
	/** The first day of the treatment: periods of several days are counted from it, and nothing is expected before. */
	readonly begins: Temporal.PlainDate;
	/** The last day of the treatment; null while it goes on. */
	readonly ends: Temporal.PlainDate | null;
	readonly from: Temporal.PlainDate;
	readonly to: Temporal.PlainDate;
}

/**
 * Every dose a regimen expects in a range of civil days, ascending. A dose with a time belongs to the hours around it: up to half way to
 * its neighbours of the day, and until 4 in the morning for the last. One without belongs to its day or period. So that clocks put
 * forward or back change neither how many doses there are nor that they follow one another.
 */
export function expectedDoses(regimen: Scheduled, expectation: Expectation): ExpectedDose[] {
	const { begins, ends } = expectation;
	const from = later(expectation.from, begins);
	const to = ends === null ? expectation.to : earlier(expectation.to, ends);
	if (Temporal.PlainDate.compare(from, to) > 0) return [];
	const starts = regimen.weekdays.length > 0 ? daysOn(regimen, from, to) : periodStarts(regimen, begins, from, to);
	const windows = isDaily(regimen) && regimen.times.length > 0 ? aroundTimes : wholePeriods;
	return starts.flatMap(([start, next]) => windows(regimen, start, next, expectation.zone));
}

type Windows = (
	regimen: Scheduled,
	start: Temporal.PlainDate,
	next: Temporal.PlainDate,
	zone: string,
) => ExpectedDose[];
type Span = [start: Temporal.PlainDate, next: Temporal.PlainDate];

function isDaily({ period }: Scheduled): boolean {
	return period.unit === "day" && period.every === 1;
}

function daysOn({ weekdays }: Scheduled, from: Temporal.PlainDate, to: Temporal.PlainDate): Span[] {
	const days: Span[] = [];
	for (let day = from; Temporal.PlainDate.compare(day, to) <= 0; day = day.add({ days: 1 })) {
		if (weekdays.includes(day.dayOfWeek)) days.push([day, day.add({ days: 1 })]);
	}
	return days;
}

/** The periods that start within the range. Months are counted from the first, so that the 31st comes back after the 30th. */
function periodStarts(
	{ period }: Scheduled,
	begins: Temporal.PlainDate,
	from: Temporal.PlainDate,
	to: Temporal.PlainDate,
): Span[] {
	const unit = `${period.unit}s` as const;
	const startOf = (index: number) => begins.add({ [unit]: index * period.every });
	const passed = begins.until(from, { largestUnit: unit })[unit];
	const found: Span[] = [];
	for (let index = Math.max(0, Math.floor(passed / period.every) - 1); ; index++) {
		const start = startOf(index);
		if (Temporal.PlainDate.compare(start, to) > 0) return found;
		if (Temporal.PlainDate.compare(start, from) >= 0) found.push([start, startOf(index + 1)]);
	}
}

const wholePeriods: Windows = ({ doses, times }, start, next, zone) => {
	const opens = start.toZonedDateTime(zone).toInstant();
	const closes = next.toZonedDateTime(zone).toInstant();
	return Array.from({ length: doses }, (_, index) => {
		const time = times[index];
		const due = time === undefined ? null : start.toZonedDateTime({ timeZone: zone, plainTime: time }).toInstant();
		return { date: start, due, opens, closes };
	});
};

/** When the last dose of a day turns into one that is missed, in minutes after midnight. */
const nightCut = 4 * 60;

const aroundTimes: Windows = ({ times }, date, _next, zone) => {
	const minutes = times.map(minutesOf);
	const [first = 0] = minutes;
	const last = minutes.at(-1) ?? first;
	// Where the first dose is due in the night itself, half way between it and the last one of the day before.
	const cut = first > nightCut ? nightCut : Math.floor((last - 1440 + first) / 2);
	const edges = [
		cut,
		...minutes.slice(1).map((minute, index) => Math.floor((minute + (minutes[index] ?? 0)) / 2)),
		cut + 1440,
	];
	// Never backwards: of two civil times within a skipped hour, the later one may come first.
	let edge = instantAt(date, edges[0] as number, zone);
	return minutes.map((minute, index) => {
		const opens = edge;
		edge = atLeast(instantAt(date, edges[index + 1] as number, zone), opens);
		return { date, due: instantAt(date, minute, zone), opens, closes: edge };
	});
};

/** A civil time that clocks skip is as much later as they skip. */
function instantAt(date: Temporal.PlainDate, minutes: number, zone: string): Temporal.Instant {
	return date.toPlainDateTime().add({ minutes }).toZonedDateTime(zone).toInstant();
}

function atLeast(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
	return Temporal.Instant.compare(one, other) < 0 ? other : one;
}

function minutesOf(time: string): number {
	return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function later(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
	return Temporal.PlainDate.compare(one, other) > 0 ? one : other;
}

function earlier(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
	return Temporal.PlainDate.compare(one, other) < 0 ? one : other;
}
