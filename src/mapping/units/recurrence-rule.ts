import { CalendarError } from "../../calendar/calendar-error.ts";
import { parseRule } from "../../calendar/parse-rule.ts";
import { frequencies } from "../../calendar/rule.ts";
import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/**
 * A recurrence rule (RFC 5545 RRULE) in a character column. What is none, or happens more than once an hour, stays in the residue: it
 * comes back as it was sent, and nothing recurs.
 */
export function recurrenceRule<C extends string>(column: C): Unit<C> {
	return {
		unit: "recurrence-rule",
		columns: [column],
		read: (row) => (row[column] ? (row[column] as string) : undefined),
		write: (element) => {
			if (element === undefined) return empty([column]);
			return typeof element === "string" && isUsable(element) ? { [column]: element } : undefined;
		},
		values: () => [],
		describe: () => "RFC 5545 RRULE",
	};
}

function isUsable(text: string): boolean {
	if (text.length > 255) return false;
	try {
		return frequencies.indexOf(parseRule(text).frequency) <= frequencies.indexOf("HOURLY");
	} catch (error) {
		if (error instanceof CalendarError) return false;
		throw error;
	}
}
