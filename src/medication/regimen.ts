/** How often something is to be taken, as it was understood from free text. */
export type Regimen = Scheduled | AsNeeded | NotUnderstood;

/** So many doses in each period. */
export interface Scheduled {
	readonly kind: "scheduled";
	/** Doses in each period, or on each of the weekdays where there are some. */
	readonly doses: number;
	/** Of one day where there are weekdays or times. */
	readonly period: Period;
	/** ISO numbers, Monday 1 to Sunday 7, ascending; empty where every period counts. */
	readonly weekdays: readonly number[];
	/** Nominal civil times `HH:MM`, ascending: one per dose, or none where any time of the period will do. */
	readonly times: readonly string[];
	/** All of it in words, e.g. "2 doses a day, at 08:00 and 18:00". */
	readonly words: string;
	/** What of the text was set aside, in words. */
	readonly remarks: readonly string[];
}

export interface Period {
	readonly every: number;
	readonly unit: "day" | "week" | "month";
}

/** Taken when needed: nothing is expected. */
export interface AsNeeded {
	readonly kind: "as-needed";
	readonly words: string;
}

/** Nothing can be expected, because nobody can say what the text means. */
export interface NotUnderstood {
	readonly kind: "not-understood";
	/** What it failed at. */
	readonly words: string;
}
