import { unreadable } from "./payload.ts";

/** The last year rows keep instants of. */
const lastYear = 9999;

/** Text with milliseconds in UTC, as rows keep instants. @throws UnreadablePayload for a time in no year there is: durations come from outside, too */
export function instantText(epochMilliseconds: number): string {
	const date = new Date(epochMilliseconds);
	const year = date.getUTCFullYear();
	if (!(year >= 1 && year <= lastYear)) throw unreadable("a time in no year there is");
	return date.toISOString();
}

/** An instant from text with `Z` or an offset; undefined for anything else, local times too. */
export function instantOf(text: string | undefined): string | undefined {
	if (text === undefined) return undefined;
	try {
		return instantText(Temporal.Instant.from(text).epochMilliseconds);
	} catch {
		return undefined;
	}
}

/** A local time whose distance to UTC is known: UTC = local − offset (minutes, east positive). */
export function instantAtOffset(local: string | undefined, offsetMinutes: number): string | undefined {
	if (local === undefined) return undefined;
	try {
		const plain = Temporal.PlainDateTime.from(local.replace(/Z$/, ""));
		return instantText(plain.toZonedDateTime("UTC").epochMilliseconds - offsetMinutes * 60_000);
	} catch {
		return undefined;
	}
}

/** The date on a calendar that is some minutes east of UTC. */
export function dateAtOffset(instant: string, offsetMinutes: number): string {
	return instantText(Date.parse(instant) + offsetMinutes * 60_000).slice(0, 10);
}

/** The date in a time zone (IANA). */
export function dateInZone(instant: string, timeZone: string): string {
	return Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/**
 * Wall-clock times of one day as instants, in the order given. An hour that comes twice (the end of daylight saving) is the second one
 * as soon as the clock runs backwards; one that does not exist is read as the clock that was not put forward shows it.
 *
 * @param times `HH:mm` or `HH:mm:ss`; undefined results for what is no time
 */
export function instantsOfDay(date: string, times: readonly string[], timeZone: string): (string | undefined)[] {
	let latest = Number.NEGATIVE_INFINITY;
	return times.map((time) => {
		let local: Temporal.PlainDateTime;
		try {
			local = Temporal.PlainDate.from(date.slice(0, 10)).toPlainDateTime(Temporal.PlainTime.from(time));
		} catch {
			return undefined;
		}
		const at = (disambiguation: "compatible" | "later") =>
			local.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds;
		const first = at("compatible");
		latest = first > latest ? first : at("later");
		return instantText(latest);
	});
}

/** Whether it is a zone of the IANA database that Temporal knows. */
export function isTimeZone(text: string): boolean {
	try {
		Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
		return true;
	} catch {
		return false;
	}
}

/** Seconds of an ISO 8601 duration (`PT2H44M`, `PT1M30.500S`); undefined when it is none, or has months. */
export function durationSeconds(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	try {
		return Temporal.Duration.from(text).total({ unit: "seconds", relativeTo: Temporal.PlainDate.from("1970-01-01") });
	} catch {
		return undefined;
	}
}
