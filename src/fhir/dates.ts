/** What a FHIR date or dateTime says, as a half-open range of instants (R4 search 2.1.3.8: a date is an implicit range). */
export interface DateRange {
	/** First instant, UTC with milliseconds: `2013-01-14T10:00:00.000Z`. */
	readonly lo: string;
	/** First instant after it. At the end of year 9999 the last instant there is. */
	readonly hi: string;
	readonly precision: "year" | "month" | "day" | "minute" | "second" | "millisecond";
}

const pattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,20}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const timePattern = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,20})?$/;

const firstInstant = -62_135_596_800_000; // 0001-01-01T00:00:00.000Z
const lastInstant = 253_402_300_799_999; // 9999-12-31T23:59:59.999Z

/**
 * Reads a date, dateTime, instant or a date as searches give it (minutes without seconds are allowed; R4 search 2.1.3.8).
 * Without a zone it is UTC. Finer than a millisecond is cut off; a leap second is the second after 59. Years 0001 to 9999.
 *
 * @returns undefined when it is none of these or no day of the calendar
 */
export function parseDate(text: string): DateRange | undefined {
	const moments = momentsOf(text);
	return moments && { lo: iso(moments.lo), hi: iso(moments.hi), precision: moments.precision };
}

/** The first instant of what {@link parseDate} reads. */
export function startOfDate(text: string): string | undefined {
	const moments = momentsOf(text);
	return moments && iso(moments.lo);
}

/** The same in milliseconds since 1970, not yet kept within years 1 to 9999. */
interface Moments {
	readonly lo: number;
	readonly hi: number;
	readonly precision: DateRange["precision"];
}

/** What was read last: a time is read when it is checked, stored, compared and indexed. */
const known = new Map<string, Moments | undefined>();
const mostKnown = 500;
const longestKnown = 40;

function momentsOf(text: string): Moments | undefined {
	if (text.length > longestKnown) return readMoments(text);
	const found = known.get(text);
	if (found !== undefined || known.has(text)) return found;
	if (known.size >= mostKnown) known.clear();
	const moments = readMoments(text);
	known.set(text, moments);
	return moments;
}

function readMoments(text: string): Moments | undefined {
	const found = pattern.exec(text);
	if (found === null) return undefined;
	const [, y, mo, d, h, mi, s, fraction, zone] = found;
	const year = Number(y);
	if (year === 0) return undefined;
	if (mo === undefined) return range(utc(year, 1, 1), utc(year + 1, 1, 1), "year");
	const month = Number(mo);
	if (month < 1 || month > 12) return undefined;
	if (d === undefined) return range(utc(year, month, 1), utc(year, month + 1, 1), "month");
	const day = Number(d);
	if (day < 1 || day > daysIn(year, month)) return undefined;
	const midnight = utc(year, month, day);
	if (h === undefined) return range(midnight, midnight + 86_400_000, "day");
	const offset = offsetMinutes(zone);
	if (Number(h) > 23 || Number(mi) > 59 || Number(s ?? 0) > 60 || offset === undefined) return undefined;
	const minute = midnight + (Number(h) * 60 + Number(mi) - offset) * 60_000;
	if (s === undefined) return range(minute, minute + 60_000, "minute");
	const second = minute + Number(s) * 1000;
	if (fraction === undefined) return range(second, second + 1000, "second");
	const instant = second + Number(fraction.slice(0, 3).padEnd(3, "0"));
	return range(instant, instant + 1, "millisecond");
}

/** Whether a text is an R4 date: year, month or day precision, a real day. */
export function isDate(text: string): boolean {
	return text.length <= 10 && momentsOf(text) !== undefined;
}

/** Whether a text is an R4 dateTime: a date, or a time to the second at least with a zone. */
export function isDateTime(text: string): boolean {
	return text.length <= 10 ? momentsOf(text) !== undefined : isInstant(text);
}

/** Whether a text is an R4 instant: to the second at least, with a zone. */
export function isInstant(text: string): boolean {
	return /:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && momentsOf(text) !== undefined;
}

/** Whether a text is an R4 time: hours, minutes and seconds without a zone. */
export function isTime(text: string): boolean {
	return timePattern.test(text);
}

/** Milliseconds since 1970 of a midnight; `Date.UTC` alone takes years below 100 as 19xx. Month 13 is January of the next year. */
function utc(year: number, month: number, day: number): number {
	return year >= 100 ? Date.UTC(year, month - 1, day) : Date.UTC(year + 400, month - 1, day) - 12_622_780_800_000;
}

function daysIn(year: number, month: number): number {
	if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
	return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Minutes east of UTC, at most 14 hours; undefined when there is no such zone. */
function offsetMinutes(zone: string | undefined): number | undefined {
	if (zone === undefined || zone === "Z") return 0;
	const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
	if (minutes > 840 || Number(zone.slice(4)) > 59) return undefined;
	return zone.startsWith("-") ? -minutes : minutes;
}

function range(lo: number, hi: number, precision: DateRange["precision"]): Moments {
	return { lo, hi, precision };
}

function iso(instant: number): string {
	return new Date(Math.min(Math.max(instant, firstInstant), lastInstant)).toISOString();
}
