import type { Exceptions } from "../exceptions.ts";
import type { RecurrenceRule } from "../rule.ts";

/** An event as calendar programs know it (VEVENT, RFC 5545 section 3.6.1). Times are instants in milliseconds. */
export interface CalendarEntry {
	readonly uid: string;
	/** Counts the changes. */
	readonly sequence: number;
	readonly createdAt: number;
	readonly updatedAt: number;
	readonly title: string;
	readonly description: string | null;
	readonly location: string | null;
	readonly category: string | null;
	readonly isCancelled: boolean;
	readonly start: number;
	readonly end: number | null;
	readonly isAllDay: boolean;
	readonly rule: RecurrenceRule | undefined;
	readonly exceptions: Exceptions;
	/** The start by the rule that this one edited occurrence of the entry with the same UID stands for. */
	readonly recurrenceId: number | undefined;
}
