import { Failure } from "../../fhir/failure.ts";

/** A stretch of time: from the first moment up to, not including, the second; open where undefined. ISO 8601 in UTC. */
export interface TimeRange {
	readonly from: string | undefined;
	readonly before: string | undefined;
}

/**
 * The stretch that `from` and `to` of a query mean (schema/parameters.ts, `between`): both count, and a date is all of that day in UTC.
 *
 * @throws Failure invalid naming the parameter
 */
export function timeRange({ from, to }: { readonly from?: string; readonly to?: string }): TimeRange {
	return {
		from: from === undefined ? undefined : momentAsked("from", from),
		before: to === undefined ? undefined : justAfter(to),
	};
}

/** The first moment after a `to`. Microseconds are the finest that is stored. */
function justAfter(to: string): string {
	if (isDate(to)) return `${Temporal.PlainDate.from(to).add({ days: 1 }).toString()}T00:00:00Z`;
	return Temporal.Instant.from(momentAsked("to", to)).add({ microseconds: 1 }).toString();
}

/**
 * The moment a query parameter means, in UTC; a date is its first one.
 *
 * @throws Failure invalid naming the parameter
 */
export function momentAsked(name: string, text: string): string {
	try {
		if (isDate(text)) return `${text}T00:00:00Z`;
		// `+` of an offset arrives as a space when it was not encoded.
		return Temporal.Instant.from(text.replace(/ (?=\d\d:\d\d$)/, "+")).toString();
	} catch {
		const message = `query parameter ${name} must be a date (2025-01-31) or a time with offset (2025-01-31T10:00:00Z)`;
		throw new Failure("invalid", message, { expression: name });
	}
}

/** The date a query parameter means: that, or the day of a time in UTC. @throws Failure invalid naming the parameter */
export function dateAsked(name: string, text: string): string {
	return momentAsked(name, text).slice(0, 10);
}

function isDate(text: string): boolean {
	if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
	try {
		return Temporal.PlainDate.from(text).year > 0;
	} catch {
		return false;
	}
}
