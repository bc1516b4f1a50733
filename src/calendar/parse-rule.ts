import { CalendarError } from "./calendar-error.ts";
import {
	type Frequency,
	frequencies,
	numberLists,
	type RecurrenceRule,
	type RuleDay,
	type Until,
	weekdays,
} from "./rule.ts";
import { readStamp } from "./stamp.ts";

/** A rule that says more than these is a mistake, or an attack. */
const mostCount = 10_000;
const mostInterval = 1_000_000;

/**
 * Reads an RFC 5545 RRULE (section 3.3.10): `FREQ=…;…`, with or without `RRULE:` before it, and as libraries write it, after a line
 * `DTSTART…`, which is not looked at: the event's start decides. What the RFC forbids but every implementation reads alike is taken:
 * BYWEEKNO, BYYEARDAY and BYMONTHDAY with any FREQ only narrow, and numbers before weekdays count for nothing outside months and years. BYWEEKDAY is how some libraries call BYDAY.
 *
 * @throws CalendarError naming what is wrong
 */
export function parseRule(text: string): RecurrenceRule {
	const parts = partsOf(text);
	const lists = Object.entries(numberLists).map(([name, { member, low, high, signed }]) => [
		member,
		numbersOf(name, parts.get(name), low, high, signed),
	]);
	const count = parts.has("COUNT") ? wholeNumber("COUNT", parts.get("COUNT"), mostCount) : undefined;
	const until = parts.has("UNTIL") ? untilOf(parts.get("UNTIL") as string) : undefined;
	const rule = {
		frequency: frequencyOf(parts.get("FREQ")),
		interval: parts.has("INTERVAL") ? wholeNumber("INTERVAL", parts.get("INTERVAL"), mostInterval) : 1,
		...(count === undefined ? {} : { count }),
		...(until === undefined ? {} : { until }),
		weekStart: parts.has("WKST") ? weekdayOf("WKST", parts.get("WKST") as string) : 0,
		byDay: daysOf(parts.get("BYDAY")),
		...Object.fromEntries(lists),
	} as RecurrenceRule;
	if (count !== undefined && until !== undefined) throw new CalendarError("COUNT and UNTIL cannot both be given");
	if (
		rule.bySetPosition.length > 0 &&
		![...parts.keys()].some((name) => name.startsWith("BY") && name !== "BYSETPOS")
	) {
		throw new CalendarError("BYSETPOS needs another BY… part to choose from");
	}
	return rule;
}

const known = new Set(["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", ...Object.keys(numberLists)]);

function partsOf(text: string): Map<string, string> {
	const lines = text
		.trim()
		.split(/\r?\n/)
		.filter((line) => !/^DTSTART[;:]/i.test(line));
	if (lines.length !== 1) throw new CalendarError("a rule is one line");
	const parts = new Map<string, string>();
	for (const part of (lines[0] as string)
		.replace(/^RRULE:/i, "")
		.replace(/;$/, "")
		.split(";")) {
		const [written = "", value, ...more] = part.toUpperCase().split("=");
		const name = written === "BYWEEKDAY" ? "BYDAY" : written;
		if (value === undefined || value === "" || more.length > 0) {
			throw new CalendarError(`${shown(part)} is not of the form NAME=value`);
		}
		if (!known.has(name)) throw new CalendarError(`${shown(name)} is no part of a rule`);
		if (parts.has(name)) throw new CalendarError(`${name} is given twice`);
		parts.set(name, value);
	}
	return parts;
}

function shown(text: string): string {
	return JSON.stringify(text.slice(0, 40));
}

function frequencyOf(value: string | undefined): Frequency {
	if (value === undefined) throw new CalendarError("FREQ is missing");
	const found = frequencies.find((one) => one === value);
	if (found === undefined) throw new CalendarError(`FREQ must be one of ${frequencies.join(", ")}`);
	return found;
}

function wholeNumber(name: string, value: string | undefined, most: number): number {
	const number = /^\d{1,9}$/.test(value ?? "") ? Number(value) : 0;
	if (number < 1 || number > most) throw new CalendarError(`${name} must be a whole number from 1 to ${most}`);
	return number;
}

function numbersOf(name: string, value: string | undefined, low: number, high: number, signed: boolean): number[] {
	if (value === undefined) return [];
	const numbers = value.split(",").map((item) => {
		// A leap second has no place in civil time (RFC 5545 section 3.3.12): it is the second before.
		const size = name === "BYSECOND" && item === "60" ? 59 : /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN;
		const fits = Math.abs(size) >= low && Math.abs(size) <= high && (signed || (size >= 0 && !item.startsWith("-")));
		if (!fits) {
			const range = signed ? `${low} to ${high} or -${high} to -${low}` : `${low} to ${high}`;
			throw new CalendarError(`${name} holds ${shown(item)}; it takes ${range}`);
		}
		return size;
	});
	return [...new Set(numbers)].sort((one, other) => one - other);
}

function weekdayOf(name: string, value: string): number {
	const found = (weekdays as readonly string[]).indexOf(value);
	if (found === -1) throw new CalendarError(`${name} holds ${shown(value)}; weekdays are ${weekdays.join(", ")}`);
	return found;
}

function daysOf(value: string | undefined): RuleDay[] {
	if (value === undefined) return [];
	const days = new Map<string, RuleDay>();
	for (const item of value.split(",")) {
		const found = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(item);
		if (found === null) throw new CalendarError(`BYDAY holds ${shown(item)}; it takes MO or 1MO or -1MO`);
		const weekday = weekdayOf("BYDAY", found[2] as string);
		const ordinal = found[1] === undefined ? undefined : Number(found[1]);
		if (ordinal !== undefined && (ordinal === 0 || Math.abs(ordinal) > 53)) {
			throw new CalendarError(`BYDAY holds ${shown(item)}; the number is 1 to 53 or -53 to -1`);
		}
		days.set(`${ordinal ?? ""}${weekday}`, ordinal === undefined ? { weekday } : { weekday, ordinal });
	}
	return [...days.values()].sort((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0) || a.weekday - b.weekday);
}

function untilOf(value: string): Until {
	const stamp = readStamp(value);
	if (stamp === undefined)
		throw new CalendarError(`UNTIL holds ${shown(value)}; it takes 20261231 or 20261231T235959Z`);
	return { kind: stamp.kind, written: stamp.written };
}
