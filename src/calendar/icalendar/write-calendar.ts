import ICAL from "ical.js";
import { civil, civilDays } from "../all-day.ts";
import { budgetOf } from "../budget.ts";
import { day, floatingAt, instantAt, midnight } from "../civil-time.ts";
import { dayOf, noExceptions } from "../exceptions.ts";
import { isSubDaily, type RecurrenceRule } from "../rule.ts";
import { occurrencesOf } from "../series.ts";
import type { Stamp } from "../stamp.ts";
import { writeRule } from "../write-rule.ts";
import type { CalendarEntry } from "./calendar-entry.ts";
import { timeZoneComponent } from "./time-zone.ts";

/** A calendar as a file. */
export interface CalendarFile {
	readonly name: string;
	readonly description: string | null;
	/** `#1f6feb`. */
	readonly color: string | null;
	/** IANA name of the zone the person lives in. */
	readonly zone: string;
	readonly entries: readonly CalendarEntry[];
}

/**
 * The text of an iCalendar file (RFC 5545): the same for the same calendar. Timed events are in the person's zone, with its VTIMEZONE;
 * all-day ones dates. A series begins with the first occurrence its rule makes, since programs take DTSTART for one.
 */
export function writeCalendar({ name, description, color, zone, entries }: CalendarFile): string {
	const calendar = new ICAL.Component("vcalendar");
	const add = (property: string, value: string | null) => {
		if (value !== null && value !== "") calendar.addPropertyWithValue(property, value);
	};
	add("version", "2.0");
	add("prodid", "-//Heart Recovery//Calendar//EN");
	add("calscale", "GREGORIAN");
	add("method", "PUBLISH");
	add("x-wr-calname", name);
	add("x-wr-caldesc", description);
	add("x-wr-timezone", zone);
	add("x-apple-calendar-color", color);
	add("x-published-ttl", "PT1H");
	const events = entries.flatMap((entry) => eventComponent(entry, zone) ?? []);
	const times = entries.filter(({ isAllDay }) => !isAllDay).map(({ start }) => start);
	if (times.length > 0) {
		const latest = entries.reduce((last, { updatedAt, start }) => Math.max(last, updatedAt, start), 0);
		calendar.addSubcomponent(timeZoneComponent(zone, Math.min(...times), latest));
	}
	for (const event of events) calendar.addSubcomponent(event);
	return `${calendar.toString()}\r\n`;
}

/** Undefined for a series that never takes place. */
function eventComponent(entry: CalendarEntry, zone: string): ICAL.Component | undefined {
	const { isAllDay, rule } = entry;
	const start = rule === undefined ? entry.start : firstStart(entry, rule, zone);
	if (start === undefined) return undefined;
	const event = new ICAL.Component("vevent");
	const time = (name: string, instant: number) => void event.addProperty(timeProperty(name, [instant], zone, isAllDay));
	event.addPropertyWithValue("uid", entry.uid);
	event.addPropertyWithValue("dtstamp", utc(entry.updatedAt));
	event.addPropertyWithValue("created", utc(entry.createdAt));
	event.addPropertyWithValue("last-modified", utc(entry.updatedAt));
	event.addPropertyWithValue("sequence", entry.sequence);
	if (entry.recurrenceId !== undefined) time("recurrence-id", entry.recurrenceId);
	time("dtstart", isAllDay ? civil(start, zone) : start);
	const end = endOf(entry, start, zone);
	if (end !== undefined) time("dtend", end);
	if (rule !== undefined) addRecurrence(event, entry, rule, zone);
	event.addPropertyWithValue("summary", entry.title);
	if (entry.description) event.addPropertyWithValue("description", entry.description);
	if (entry.location) event.addPropertyWithValue("location", entry.location);
	if (entry.category) event.addPropertyWithValue("categories", entry.category);
	event.addPropertyWithValue("status", entry.isCancelled ? "CANCELLED" : "CONFIRMED");
	return event;
}

function firstStart(entry: CalendarEntry, rule: RecurrenceRule, zone: string): number | undefined {
	const series = { ...entry, rule, zone, end: null, exceptions: noExceptions };
	// Twenty-eight years have every weekday on every date.
	const window = { from: entry.start, to: entry.start + (isSubDaily(rule) ? 366 : 28 * 366) * day };
	return occurrencesOf(series, window, 1, budgetOf())[0]?.start;
}

/** DTEND; of days the first one after (RFC 5545 section 3.6.1). */
function endOf({ start, end, isAllDay }: CalendarEntry, from: number, zone: string): number | undefined {
	if (!isAllDay) return end === null ? undefined : from + (end - start);
	const { first, after } = civilDays(start, end, zone);
	return instantAt(midnight(floatingAt(civil(from, zone), zone)) + (after - first), zone);
}

function addRecurrence(event: ICAL.Component, entry: CalendarEntry, rule: RecurrenceRule, zone: string): void {
	const { isAllDay, exceptions, start } = entry;
	event.addPropertyWithValue("rrule", ICAL.Recur.fromString(writeRule(withUntil(rule, zone, isAllDay))));
	const local = floatingAt(start, zone);
	const instant = (stamp: Stamp) => {
		if (!isAllDay && stamp.kind === "utc") return stamp.written;
		const at = isAllDay || stamp.kind === "date" ? dayOf(stamp, zone) + (local - midnight(local)) : stamp.written;
		return instantAt(at, zone);
	};
	for (const [name, stamps] of [
		["exdate", exceptions.excluded],
		["rdate", exceptions.added],
	] as const) {
		if (stamps.length > 0) event.addProperty(timeProperty(name, stamps.map(instant), zone, isAllDay));
	}
}

/** UNTIL as it must be: a date beside dates, else in UTC (RFC 5545 section 3.3.10). */
function withUntil(rule: RecurrenceRule, zone: string, isAllDay: boolean): RecurrenceRule {
	const { until } = rule;
	if (until === undefined) return rule;
	if (isAllDay) return { ...rule, until: { kind: "date", written: dayOf(until, zone) } };
	if (until.kind === "utc") return rule;
	const last = until.kind === "date" ? until.written + day - 1000 : until.written;
	return { ...rule, until: { kind: "utc", written: instantAt(last, zone) } };
}

function timeProperty(name: string, instants: readonly number[], zone: string, isAllDay: boolean): ICAL.Property {
	const property = new ICAL.Property(name);
	const values = instants.map((instant) => {
		const local = new Date(floatingAt(instant, zone)).toISOString().slice(0, 19);
		return isAllDay ? ICAL.Time.fromDateString(local.slice(0, 10)) : ICAL.Time.fromDateTimeString(local);
	});
	if (isAllDay) property.resetType("date");
	else property.setParameter("tzid", zone);
	if (values.length > 1) property.setValues(values);
	else property.setValue(values[0]);
	return property;
}

function utc(instant: number): ICAL.Time {
	return ICAL.Time.fromDateTimeString(`${new Date(instant).toISOString().slice(0, 19)}Z`);
}
