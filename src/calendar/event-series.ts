import { civil } from "./all-day.ts";
import { CalendarError } from "./calendar-error.ts";
import { type Exceptions, noExceptions, parseExceptions } from "./exceptions.ts";
import { parseRule } from "./parse-rule.ts";
import type { RecurrenceRule } from "./rule.ts";
import type { Series } from "./series.ts";

/** What the columns of an event say about when it is; times as ISO text. */
export interface EventTimes {
	readonly startTime: string;
	readonly endTime: string | null;
	readonly isAllDay: boolean | null;
	readonly recurrenceRule: string | null;
	readonly recurrenceException: string | null;
}

/**
 * The series an event is; undefined for one that does not recur, and for one whose stored rule is none: it came by FHIR, which refuses
 * nothing, or before there was a check, and takes place once.
 */
export function seriesOf(event: EventTimes, zone: string): Series | undefined {
	const { recurrenceRule, startTime, endTime, isAllDay } = event;
	const rule = recurrenceRule === null || recurrenceRule === "" ? undefined : readable(() => parseRule(recurrenceRule));
	if (rule === undefined) return undefined;
	const time = (text: string) => (isAllDay ? civil(Date.parse(text), zone) : Date.parse(text));
	return {
		start: time(startTime),
		end: endTime === null ? null : time(endTime),
		isAllDay: isAllDay === true,
		rule: rule satisfies RecurrenceRule,
		exceptions: exceptionsOf(event),
		zone,
	};
}

/** The exceptions of an event; none where the stored text cannot be read. */
export function exceptionsOf({ recurrenceException }: Pick<EventTimes, "recurrenceException">): Exceptions {
	return readable(() => parseExceptions(recurrenceException)) ?? noExceptions;
}

function readable<T>(parse: () => T): T | undefined {
	try {
		return parse();
	} catch (error) {
		if (error instanceof CalendarError) return undefined;
		throw error;
	}
}
