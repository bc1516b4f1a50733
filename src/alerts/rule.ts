/** How grave an alert is, as in `alerts.severity`, from the least on. */
export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

/** Whether one severity is graver than another. */
export function isGraver(one: Severity, other: Severity): boolean {
	return severities.indexOf(one) > severities.indexOf(other);
}

/** What rows are measured by. Those of a vitals sample are called as its columns, in their units. */
export type Measure =
	| "systolicBP"
	| "diastolicBP"
	| "heartRate"
	| "weight"
	| "oxygenSaturation"
	| "temperature"
	/** Columns `maxHeartRate` and `avgHeartRate` of an exercise log, in beats per minute. */
	| "peakHeartRate"
	| "meanHeartRate"
	/** Days since the last vitals sample. */
	| "silentDays"
	/** Doses of a day that were expected and not taken. */
	| "missedDoses";

/** Thresholds by measure. */
export type Thresholds = Readonly<Partial<Record<Measure, number>>>;

/** Limits of a person's own, from the profile; null where there is none. */
export interface PersonalLimits {
	readonly maxHeartRate: number | null;
	readonly targetHeartRate: number | null;
	readonly restingHeartRate: number | null;
	/** The two numbers of `bloodPressureGoal`. */
	readonly systolicGoal: number | null;
	readonly diastolicGoal: number | null;
	readonly weightGoal: number | null;
}

/** When a rule holds. */
export type Condition =
	/** A measure at or beyond a threshold. With `relativeTo`, thresholds are added to that limit of the person; without one the rule is silent. */
	| {
			readonly kind: "above" | "below";
			readonly relativeTo?: Readonly<Partial<Record<Measure, keyof PersonalLimits>>>;
	  }
	/** A weight that much over the least weight of the hours before. */
	| { readonly kind: "rise"; readonly withinHours: number }
	/** Found by looking for what is absent, each hour: no vitals for days, or doses of the day before not taken. */
	| { readonly kind: "absence" };

/** From which values on an alert has a severity. */
export interface Level {
	readonly severity: Severity;
	/** Any of them is enough. */
	readonly at: Thresholds;
	/** The value itself is still fine: "over 180", not "180 and over". */
	readonly beyond?: boolean;
}

/** One rule, plain data. */
export interface AlertRule {
	/** Lower case with hyphens; kept with each alert. */
	readonly id: string;
	/** `alerts.type`. */
	readonly type: "vital" | "exercise" | "medication" | "monitoring";
	/** `alerts.title`. */
	readonly title: string;
	/** What it means and what to do, after the value. */
	readonly advice: string;
	readonly condition: Condition;
	/** From the least grave on. */
	readonly levels: readonly Level[];
	/**
	 * A later measurement with all these measures strictly inside ends the alert: further from the limit than what raised it, so that values
	 * about the limit do not raise and end it in turns. Of a rise: that much over where it began, or less. Null: only people end it.
	 */
	readonly recovery: Thresholds | null;
	/** Where the numbers come from. */
	readonly source: string;
	readonly enabled: boolean;
}

/** The measures a rule looks at. */
export function measuresOf({ levels, recovery }: AlertRule): readonly Measure[] {
	const named = [...levels.map(({ at }) => at), recovery ?? {}].flatMap((thresholds) => Object.keys(thresholds));
	return [...new Set(named)] as Measure[];
}
