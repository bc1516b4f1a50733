/** One civil day of a person, with what it takes to turn a time of that day into an instant. */
export interface Day {
	/** Position in the seeded period; 0 is its first day. */
	readonly index: number;
	/** `YYYY-MM-DD`. */
	readonly date: string;
	readonly isWeekend: boolean;
	/** 12:00 of the person's clock, in milliseconds since 1970. */
	readonly noonMs: number;
	/** Days since the operation; negative before it. */
	readonly sinceSurgery: number;
}

const DAY_MS = 86_400_000;

/** The last `count` civil days up to and including today in this zone (IANA name), oldest first. */
export function lastDays(now: Date, timeZone: string, count: number, daysSinceSurgery: number): Day[] {
	const today = civilDateAt(now, timeZone);
	return Array.from({ length: count }, (_, index) =>
		dayAt(today, timeZone, index - count + 1, index, daysSinceSurgery),
	);
}

/** A day outside the period as well: `offset` days from the day given (negative = before). */
export function dayFrom(day: Day, timeZone: string, offset: number): Day {
	return dayAt(day.date, timeZone, offset, day.index + offset, day.sinceSurgery);
}

/** The civil date that this instant falls on in this zone. */
export function civilDateAt(now: Date, timeZone: string): string {
	return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** The civil date this many days later (negative = earlier). */
export function addDays(date: string, days: number): string {
	return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Milliseconds since 1970 of a time of this day, in minutes after midnight; below 0 is the evening before. */
export function timeMs(day: Day, minutes: number): number {
	return day.noonMs + Math.round((minutes - 720) * 60_000);
}

/** The same as an ISO instant, `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export function timeAt(day: Day, minutes: number): string {
	return new Date(timeMs(day, minutes)).toISOString();
}

/** The form that RFC 5545 gives an instant: `YYYYMMDDTHHmmssZ`. */
export function calendarStamp(instant: string): string {
	return `${instant.slice(0, 19).replaceAll("-", "").replaceAll(":", "")}Z`;
}

function dayAt(from: string, timeZone: string, offset: number, index: number, sinceSurgeryOfFrom: number): Day {
	const date = addDays(from, offset);
	// Offsets from noon, not midnight: the nights on which clocks change would otherwise shift the whole day by an hour.
	const noonMs = Temporal.PlainDateTime.from(`${date}T12:00`).toZonedDateTime(timeZone).epochMilliseconds;
	const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
	return { index, date, isWeekend: weekday === 0 || weekday === 6, noonMs, sinceSurgery: sinceSurgeryOfFrom + offset };
}
