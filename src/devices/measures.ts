/**
 * What any vendor's payload is turned into: plain values whose names say their units. Instants are ISO text in UTC with milliseconds,
 * dates are `YYYY-MM-DD`.
 */
export type Measure = Exercise | Sleep | HeartRate | OxygenSaturation | BodyWeight | BodyTemperature | BloodPressure;

export type MeasureKind = Measure["kind"];

interface Common {
	/** The vendor's own id of it, unique within connection and kind; instants serve where the vendor gives none. */
	readonly externalId: string;
	/** When it began, or was measured. */
	readonly at: string;
}

/** A workout. What the vendor does not say is absent, never 0. */
export interface Exercise extends Common {
	readonly kind: "exercise";
	readonly endedAt: string;
	/** Time in motion where the vendor tells it from time elapsed. */
	readonly durationSeconds: number;
	readonly distanceMetres?: number;
	readonly energyKilocalories?: number;
	readonly averageHeartRatePerMinute?: number;
	readonly maximumHeartRatePerMinute?: number;
	/** What was done, in few words: activity, title, and what the reader of the numbers must know. */
	readonly note?: string;
	/** What it is compared by when two vendors tell of the same workout. */
	readonly activity: Activity;
}

export type Activity = "run" | "walk" | "ride" | "swim" | "other";

/** A night. */
export interface Sleep extends Common {
	readonly kind: "sleep";
	/** The date on the sleeper's calendar when they woke up. */
	readonly date: string;
	readonly endedAt: string;
	/** Without the time awake in between. */
	readonly asleepSeconds: number;
	/** 1 (bad) to 5 (good). */
	readonly quality?: number;
	/** How often the sleeper woke up between falling asleep and waking. */
	readonly interruptions?: number;
}

export interface HeartRate extends Common {
	readonly kind: "heart-rate";
	readonly perMinute: number;
}

export interface OxygenSaturation extends Common {
	readonly kind: "oxygen-saturation";
	readonly percent: number;
}

export interface BodyWeight extends Common {
	readonly kind: "body-weight";
	readonly kilograms: number;
}

/** Of the body's core; skin temperature is another thing and is not taken. */
export interface BodyTemperature extends Common {
	readonly kind: "body-temperature";
	readonly celsius: number;
}

export interface BloodPressure extends Common {
	readonly kind: "blood-pressure";
	readonly systolicMillimetresMercury: number;
	readonly diastolicMillimetresMercury: number;
	readonly pulsePerMinute?: number;
}
