/*
 * Times are in milliseconds: an _instant_ since 1970 in UTC, a _floating_ time since 1970 as if local time were UTC.
 */

const defaultZone = "America/New_York";

/** The zone a person lives in; the documented default where none, or none that exists, is given. */
export function zoneOf(timezone: unknown): string {
	if (typeof timezone !== "string" || timezone === "") return defaultZone;
	const known = zones.get(timezone);
	if (known !== undefined) return known;
	if (zones.size > 2000) zones.clear();
	const found = canonicalZone(timezone) ?? defaultZone;
	zones.set(timezone, found);
	return found;
}

const zones = new Map<string, string>();

/** The zone's own name; undefined when there is none called so. */
export function canonicalZone(timezone: string): string | undefined {
	try {
		return new Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions().timeZone;
	} catch {
		return undefined;
	}
}

/** The local time in a zone at an instant. */
export function floatingAt(instant: number, zone: string): number {
	const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
	return instant + zoned.offsetNanoseconds / 1e6;
}

/**
 * The instant of a local time, as RFC 5545 section 3.3.5 says: of a time that comes twice the first, and one that is skipped counts
 * with the offset before the gap.
 */
export function instantAt(floating: number, zone: string): number {
	const guess = floating - offsetAt(floating, zone);
	// Days before and after have one offset: no transition is near.
	if (offsetAt(floating - day, zone) === offsetAt(floating + 2 * day, zone)) return guess;
	return Temporal.PlainDateTime.from(new Date(floating).toISOString().slice(0, -1)).toZonedDateTime(zone)
		.epochMilliseconds;
}

export const day = 86_400_000;

/** Floating midnight of the day a floating time is in. */
export function midnight(floating: number): number {
	return Math.floor(floating / day) * day;
}

/** Offsets by zone and whole UTC day: asked again and again for the same days. */
const offsets = new Map<string, Map<number, number>>();

function offsetAt(instant: number, zone: string): number {
	let ofZone = offsets.get(zone);
	if (ofZone === undefined || ofZone.size > 20_000) {
		if (offsets.size > 100) offsets.clear();
		ofZone = new Map();
		offsets.set(zone, ofZone);
	}
	const key = Math.floor(instant / day);
	let offset = ofZone.get(key);
	if (offset === undefined) {
		offset = floatingAt(key * day, zone) - key * day;
		ofZone.set(key, offset);
	}
	return offset;
}
