/** How often, from the largest step to the smallest (RFC 5545 section 3.3.10). */
export type Frequency = "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY" | "HOURLY" | "MINUTELY" | "SECONDLY";

/** A weekday, 0 = Monday … 6 = Sunday; `ordinal`: the nth of the month or year, negative from its end. */
export interface RuleDay {
	readonly weekday: number;
	readonly ordinal?: number;
}

/** The last moment of a rule as it was written: a `date`, a `local` time in the event's zone, or `utc`. */
export interface Until {
	readonly kind: "date" | "local" | "utc";
	/** Milliseconds since 1970 of the digits as written, as if they were UTC. */
	readonly written: number;
}

/** A recurrence rule; lists are ascending and without repetitions. */
export interface RecurrenceRule {
	readonly frequency: Frequency;
	readonly interval: number;
	readonly count?: number;
	readonly until?: Until;
	/** 0 = Monday. Default: 0. */
	readonly weekStart: number;
	readonly byMonth: readonly number[];
	readonly byWeekNumber: readonly number[];
	readonly byYearDay: readonly number[];
	readonly byMonthDay: readonly number[];
	readonly byDay: readonly RuleDay[];
	readonly byHour: readonly number[];
	readonly byMinute: readonly number[];
	readonly bySecond: readonly number[];
	readonly bySetPosition: readonly number[];
}

export const frequencies: readonly Frequency[] = [
	"YEARLY",
	"MONTHLY",
	"WEEKLY",
	"DAILY",
	"HOURLY",
	"MINUTELY",
	"SECONDLY",
];

export const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

/** The lists of numbers, by their names in a rule: member, smallest and largest size; `signed`: negative ones count from the end. */
export const numberLists = {
	BYMONTH: { member: "byMonth", low: 1, high: 12, signed: false },
	BYWEEKNO: { member: "byWeekNumber", low: 1, high: 53, signed: true },
	BYYEARDAY: { member: "byYearDay", low: 1, high: 366, signed: true },
	BYMONTHDAY: { member: "byMonthDay", low: 1, high: 31, signed: true },
	BYHOUR: { member: "byHour", low: 0, high: 23, signed: false },
	BYMINUTE: { member: "byMinute", low: 0, high: 59, signed: false },
	BYSECOND: { member: "bySecond", low: 0, high: 59, signed: false },
	BYSETPOS: { member: "bySetPosition", low: 1, high: 366, signed: true },
} as const;

/** Whether a rule repeats within a day. */
export function isSubDaily({ frequency }: RecurrenceRule): boolean {
	return frequencies.indexOf(frequency) > frequencies.indexOf("DAILY");
}
