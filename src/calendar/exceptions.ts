import { CalendarError } from "./calendar-error.ts";
import { floatingAt, instantAt, midnight } from "./civil-time.ts";
import { floatingOf, readStamp, type Stamp, writeDate, writeInstant } from "./stamp.ts";

/** What `recurrenceException` says: dates and times left out of a series (EXDATE), and some added to it (RDATE). */
export interface Exceptions {
	readonly excluded: readonly Stamp[];
	readonly added: readonly Stamp[];
}

export const noExceptions: Exceptions = { excluded: [], added: [] };

/** More than ten years of every day. */
const most = 5000;

/**
 * Reads `recurrenceException`. Taken are dates and times separated by commas, semicolons, spaces or lines, in the basic form of RFC 5545
 * or the extended one of ISO 8601, also as a JSON array of texts; and lines of iCalendar, `EXDATE;TZID=Europe/Berlin:20261201T090000`,
 * `EXDATE;VALUE=DATE:20261201`, `RDATE:…`. Times without offset are of the line's TZID, else of the person's zone.
 *
 * @throws CalendarError naming what is wrong
 */
export function parseExceptions(text: string | null | undefined): Exceptions {
	const excluded: Stamp[] = [];
	const added: Stamp[] = [];
	for (const line of linesOf(text ?? "")) {
		const found = /^(EXDATE|RDATE)((?:;[A-Z-]+=(?:"[^"]*"|[^:;"]*))*):(.*)$/i.exec(line);
		const zone = /;TZID="?([^;":]+)"?/i.exec(found?.[2] ?? "")?.[1];
		const list = found?.[1]?.toUpperCase() === "RDATE" ? added : excluded;
		for (const item of (found?.[3] ?? line).split(/[,;\s]+/)) {
			if (item !== "") list.push(inZone(item, zone));
		}
	}
	if (excluded.length + added.length > most) throw new CalendarError(`there are more than ${most} exceptions`);
	return { excluded, added };
}

function linesOf(text: string): string[] {
	const trimmed = text.trim();
	if (!trimmed.startsWith("[")) return trimmed.split(/\r?\n(?![ \t])/).map((line) => line.replace(/\r?\n[ \t]/g, ""));
	try {
		const items: unknown = JSON.parse(trimmed);
		if (Array.isArray(items) && items.every((item) => typeof item === "string")) return items;
	} catch {
		// Told as what it is below.
	}
	throw new CalendarError("is not a list of dates and times");
}

function inZone(item: string, zone: string | undefined): Stamp {
	const stamp = readStamp(item);
	if (stamp === undefined) {
		throw new CalendarError(
			`${JSON.stringify(item.slice(0, 40))} is no date or time; it takes 20261201T140000Z or 20261201`,
		);
	}
	if (zone === undefined || stamp.kind !== "local") return stamp;
	try {
		return { kind: "utc", written: instantAt(stamp.written, zone) };
	} catch {
		throw new CalendarError(`there is no time zone ${JSON.stringify(zone.slice(0, 40))}`);
	}
}

/**
 * Exceptions in their one canonical form: instants in UTC, days of an all-day series as dates, ascending, separated by commas; what is
 * added on a line `RDATE:…`. Null where there are none.
 */
export function writeExceptions({ excluded, added }: Exceptions, zone: string, isAllDay: boolean): string | null {
	const list = (stamps: readonly Stamp[]) =>
		[...new Set(stamps.map((stamp) => canonicalStamp(stamp, zone, isAllDay)))].sort().join(",");
	const lines = [list(excluded), added.length === 0 ? "" : `RDATE:${list(added)}`].filter((line) => line !== "");
	return lines.length === 0 ? null : lines.join("\n");
}

function canonicalStamp(stamp: Stamp, zone: string, isAllDay: boolean): string {
	if (isAllDay || stamp.kind === "date") return writeDate(dayOf(stamp, zone));
	return writeInstant(stamp.kind === "utc" ? stamp.written : instantAt(stamp.written, zone));
}

/**
 * The day a stamp means in an all-day series, as floating midnight. Midnight in UTC that is not midnight in the zone is how programs
 * write a bare date.
 */
export function dayOf({ kind, written }: Stamp, zone: string): number {
	if (kind !== "utc") return midnight(written);
	const local = floatingAt(written, zone);
	return local !== midnight(local) && written === midnight(written) ? written : midnight(local);
}

/** The stamp of an instant, or of the day it is in. */
export function stampOf(instant: number, zone: string, isAllDay: boolean): Stamp {
	if (!isAllDay) return { kind: "utc", written: Math.floor(instant / 1000) * 1000 };
	return { kind: "date", written: midnight(floatingAt(instant, zone)) };
}

/** Years a calendar may speak of. */
export const firstMoment = floatingOf(1000, 1, 1);
export const lastMoment = floatingOf(9999, 12, 31, 23, 59, 59);
