import ICAL from "ical.js";
import { CalendarError } from "../calendar-error.ts";
import { day, instantAt } from "../civil-time.ts";
import { dayOf, noExceptions } from "../exceptions.ts";
import { parseRule } from "../parse-rule.ts";
import type { RecurrenceRule } from "../rule.ts";
import type { Stamp } from "../stamp.ts";
import type { CalendarEntry } from "./calendar-entry.ts";
import { type FileTimes, fileTimes } from "./read-times.ts";

/** An event of a file; what the file says of its history is not taken over. */
export interface ReadEntry extends Omit<CalendarEntry, "createdAt" | "updatedAt"> {
	/** The zone its times are in, where the file says so. */
	readonly zone: string | undefined;
}

/** What a file holds, in its order: events, and what is wrong with those that cannot be read. */
export type ReadResult =
	| { readonly uid: string; readonly entry: ReadEntry }
	| { readonly uid: string | null; readonly problem: string };

/** Most events of one file. */
const mostEvents = 5000;

/**
 * Reads an iCalendar file (RFC 5545). Floating times and dates are of `zone`. Components other than VEVENT are passed over.
 *
 * @throws CalendarError - when it is no calendar file at all, or has too many events
 */
export function readCalendar(text: string, zone: string): ReadResult[] {
	const calendars = parsed(text);
	const events = calendars.flatMap((calendar) =>
		calendar.getAllSubcomponents("vevent").map((event) => ({ calendar, event })),
	);
	if (events.length > mostEvents) throw new CalendarError(`the file has more than ${mostEvents} events`);
	const times = new Map(calendars.map((calendar) => [calendar, fileTimes(calendar)]));
	return events.map(({ calendar, event }) => {
		const uid = textOf(event, "uid");
		if (uid === null) return { uid, problem: "UID is missing" };
		try {
			const isCancelled = textOf(calendar, "method")?.toUpperCase() === "CANCEL";
			return { uid, entry: entryOf(event, uid, times.get(calendar) as FileTimes, zone, isCancelled) };
		} catch (error) {
			if (!(error instanceof CalendarError)) return { uid, problem: "it cannot be read" };
			return { uid, problem: error.message };
		}
	});
}

function parsed(text: string): ICAL.Component[] {
	try {
		const jcal: unknown[] = ICAL.parse(text);
		// One calendar, or several one after the other.
		const list = typeof jcal[0] === "string" ? [jcal] : (jcal as unknown[][]);
		const calendars = list.map((one) => new ICAL.Component(one)).filter(({ name }) => name === "vcalendar");
		if (calendars.length > 0) return calendars;
	} catch {
		// Told alike: what the parser says quotes the file.
	}
	throw new CalendarError("this is no iCalendar file");
}

function entryOf(event: ICAL.Component, uid: string, times: FileTimes, zone: string, isCancelled: boolean): ReadEntry {
	const started = event.getFirstProperty("dtstart");
	const [start] = started === null ? [] : times.stampsOf(started);
	if (started === null || start === undefined) throw new CalendarError("DTSTART is missing");
	const isAllDay = start.kind === "date";
	const at = instantOf(start, zone);
	const over = endOf(event, times, zone, at, isAllDay);
	if (over !== null && over < at) throw new CalendarError("DTEND is before DTSTART");
	const recurrence = event.getFirstProperty("recurrence-id");
	const [original] = recurrence === null ? [] : times.stampsOf(recurrence);
	const all = (name: string): Stamp[] => event.getAllProperties(name).flatMap((one) => times.stampsOf(one));
	const rule = ruleOf(event);
	return {
		uid,
		sequence: Number(event.getFirstPropertyValue("sequence") ?? 0),
		title: textOf(event, "summary") ?? "(no title)",
		description: textOf(event, "description"),
		location: textOf(event, "location"),
		category: event.getFirstProperty("categories")?.getValues().map(String).join(", ") ?? null,
		isCancelled: isCancelled || textOf(event, "status")?.toUpperCase() === "CANCELLED",
		start: at,
		end: over,
		isAllDay,
		rule,
		exceptions: rule === undefined ? noExceptions : { excluded: all("exdate"), added: all("rdate") },
		recurrenceId: original === undefined ? undefined : instantOf(original, zone),
		zone: times.zoneOf(started),
	};
}

function endOf(event: ICAL.Component, times: FileTimes, zone: string, start: number, isAllDay: boolean): number | null {
	const ended = event.getFirstProperty("dtend");
	const [end] = ended === null ? [] : times.stampsOf(ended);
	if (end !== undefined) return instantOf(end, zone);
	const lasts = event.getFirstPropertyValue("duration");
	if (lasts instanceof ICAL.Duration) return start + lasts.toSeconds() * 1000;
	return isAllDay ? start + day : null;
}

/** One rule; without one, dates that are added make a series of their own, of which DTSTART is the first. */
function ruleOf(event: ICAL.Component): RecurrenceRule | undefined {
	const rules = event.getAllProperties("rrule");
	if (rules.length > 1) throw new CalendarError("more than one RRULE is not supported");
	if (event.getFirstProperty("exrule") !== null) throw new CalendarError("EXRULE is not supported");
	const [rule] = rules;
	if (rule !== undefined) return parseRule(String(rule.getFirstValue()));
	return event.getFirstProperty("rdate") === null ? undefined : parseRule("FREQ=DAILY;COUNT=1");
}

function instantOf(stamp: Stamp, zone: string): number {
	if (stamp.kind === "utc") return stamp.written;
	return instantAt(stamp.kind === "date" ? dayOf(stamp, zone) : stamp.written, zone);
}

function textOf(component: ICAL.Component, name: string): string | null {
	const value = component.getFirstPropertyValue(name);
	return typeof value === "string" && value.trim() !== "" ? value.replaceAll("\0", "") : null;
}
