import { Failure } from "../../fhir/failure.ts";
import { dateAsked, momentAsked } from "./moments.ts";
import type { Properties } from "./schema/json-schema.ts";

/** `from` and `to` in the civil time of the person a route is about, both included; read them with {@link civilStretch} or {@link civilDays}. */
export function civilBetween(defaultFrom: string): Properties {
	const moment = { type: "string", maxLength: 40, examples: ["2026-03-01"] };
	return {
		from: {
			...moment,
			description: `A day in the person's time zone, or a time with offset. Default: ${defaultFrom}.`,
		},
		to: { ...moment, description: "A day in the person's time zone, all of it, or a time with offset. Default: now." },
	};
}

type Asked = { readonly from?: string; readonly to?: string };

/** The stretch of time asked for: its first moment, and the first after it. @throws Failure invalid naming the parameter */
export function civilStretch(
	{ from, to }: Asked,
	zone: string,
	now: Temporal.Instant,
	defaultDays: number,
): { from: Temporal.Instant; before: Temporal.Instant } {
	const end = to === undefined ? undefined : momentOrDay("to", to);
	const before =
		end === undefined ? now : isDay(end) ? midnight(end.add({ days: 1 }), zone) : end.add({ microseconds: 1 });
	const start = from === undefined ? undefined : momentOrDay("from", from);
	const first =
		start === undefined
			? before.toZonedDateTimeISO(zone).subtract({ days: defaultDays }).toInstant()
			: isDay(start)
				? midnight(start, zone)
				: start;
	if (Temporal.Instant.compare(first, before) >= 0) throw backwards();
	return { from: first, before };
}

/** The civil days asked for, both included; a time stands for its day. @throws Failure invalid naming the parameter, also for too many days */
export function civilDays(
	{ from, to }: Asked,
	zone: string,
	now: Temporal.Instant,
	{ defaultDays, mostDays }: { readonly defaultDays: number; readonly mostDays: number },
): { from: Temporal.PlainDate; to: Temporal.PlainDate } {
	const dayOf = (name: string, text: string): Temporal.PlainDate => {
		const given = momentOrDay(name, text);
		return isDay(given) ? given : given.toZonedDateTimeISO(zone).toPlainDate();
	};
	const last = to === undefined ? now.toZonedDateTimeISO(zone).toPlainDate() : dayOf("to", to);
	const first = from === undefined ? last.subtract({ days: defaultDays - 1 }) : dayOf("from", from);
	if (Temporal.PlainDate.compare(first, last) > 0) throw backwards();
	if (first.until(last).days >= mostDays) {
		throw new Failure("invalid", `at most ${mostDays} days can be asked for at once`, { expression: "from" });
	}
	return { from: first, to: last };
}

/** Every day from one to another, both included. */
export function daysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): Temporal.PlainDate[] {
	return Array.from({ length: from.until(to).days + 1 }, (_, index) => from.add({ days: index }));
}

/** Days as stretches of time in a zone: from midnight to midnight, so that some have 23 hours and some 25. */
export function stretchesOf(days: readonly Temporal.PlainDate[], zone: string): { from: string; before: string }[] {
	return days.map((day) => ({
		from: midnight(day, zone).toString(),
		before: midnight(day.add({ days: 1 }), zone).toString(),
	}));
}

/** A day's first moment in a zone. */
function midnight(day: Temporal.PlainDate, zone: string): Temporal.Instant {
	return day.toZonedDateTime(zone).toInstant();
}

function momentOrDay(name: string, text: string): Temporal.PlainDate | Temporal.Instant {
	if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(dateAsked(name, text));
	const moment = Temporal.Instant.from(momentAsked(name, text));
	// Beyond these years PostgreSQL, and a calendar of days, end.
	const { year } = moment.toZonedDateTimeISO("UTC");
	if (year < 1 || year > 9999) throw new Failure("invalid", `${name} is too far away`, { expression: name });
	return moment;
}

function isDay(given: Temporal.PlainDate | Temporal.Instant): given is Temporal.PlainDate {
	return given instanceof Temporal.PlainDate;
}

function backwards(): Failure {
	return new Failure("invalid", "from must not be after to", { expression: "from" });
}
