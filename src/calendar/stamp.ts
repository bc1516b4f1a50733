/** A date or time as calendars write it. */
export interface Stamp {
	/** `date`: a day; `local`: a time in the event's zone; `utc`: an instant. */
	readonly kind: "date" | "local" | "utc";
	/** Milliseconds since 1970 of the digits, as if they were UTC; an offset is already taken off. */
	readonly written: number;
}

const form =
	/^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Reads a date or time, in the basic form of RFC 5545 (`20261201T090000Z`) or the extended one of ISO 8601
 * (`2026-12-01T09:00:00.000-05:00`), to the second. Undefined for anything else, and for days that do not exist.
 */
export function readStamp(text: string): Stamp | undefined {
	const found = form.exec(text);
	if (found === null) return undefined;
	const [year, month, day, hour = 0, minute = 0, second = 0] = found
		.slice(1, 7)
		.map((part) => (part === undefined ? undefined : Number(part))) as [
		number,
		number,
		number,
		number?,
		number?,
		number?,
	];
	if (hour > 24 || minute > 59 || second > 60 || year < 1) return undefined;
	const written = floatingOf(year, month, day, hour, minute, Math.min(second, 59));
	const back = new Date(floatingOf(year, month, day));
	if (back.getUTCMonth() + 1 !== month || back.getUTCDate() !== day) return undefined;
	if (found[4] === undefined) return { kind: "date", written };
	const zone = found[7];
	if (zone === undefined) return { kind: "local", written };
	return { kind: "utc", written: written - offsetOf(zone) };
}

/** Milliseconds since 1970 of a civil time as if it were UTC; years below 100 too. */
export function floatingOf(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	return date.setUTCHours(hour, minute, second, 0);
}

function offsetOf(zone: string): number {
	if (zone.toUpperCase() === "Z") return 0;
	const [hours, minutes] = [zone.slice(1, 3), zone.slice(3).replace(":", "") || "0"].map(Number) as [number, number];
	return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** `20261201T090000`, of milliseconds since 1970 as if they were UTC. */
export function writeLocal(floating: number): string {
	return new Date(floating).toISOString().replace(/[-:]|\.\d+Z$/g, "");
}

/** `20261201T140000Z`: an instant, to the second. */
export function writeInstant(instant: number): string {
	return `${writeLocal(instant)}Z`;
}

/** `20261201`: the day of milliseconds since 1970 as if they were UTC. */
export function writeDate(floating: number): string {
	return writeLocal(floating).slice(0, 8);
}
