import type { Entity } from "../tables/all.ts";
import { ExerciseLogs } from "../tables/exercise-logs.ts";
import { SleepLogs } from "../tables/sleep-logs.ts";
import { VitalsSamples } from "../tables/vitals-samples.ts";
import type { Measure } from "./measures.ts";

/** The table a measure goes into, and the columns it fills, in the table's units: minutes, miles, pounds, °F, hours. */
export interface MeasuredRow {
	readonly entity: Entity;
	/** Every column a vendor decides about, null where it says nothing. `notes` is only the vendor's as long as nobody changed it. */
	readonly values: Readonly<Record<string, string | number | null>>;
}

const metresPerMile = 1609.344;
const poundsPerKilogram = 2.2046226218487757;

/**
 * A measure as a row, or why it cannot be one: what no body does is left out, as a sensor's slip must not keep the rest of a day away.
 */
export function rowOf(measure: Measure): MeasuredRow | { readonly implausible: string } {
	const values = valuesOf(measure);
	const wrong = limits[measure.kind].find(([column, least, most]) => {
		const value = values[column];
		return typeof value === "number" && !(value >= least && value <= most);
	});
	if (wrong !== undefined) return { implausible: `${measure.kind}: ${wrong[0]} not plausible` };
	return { entity: entityOf(measure.kind), values };
}

/** Where measures of a kind are kept. */
export function entityOf(kind: Measure["kind"]): Entity {
	if (kind === "exercise") return ExerciseLogs;
	return kind === "sleep" ? SleepLogs : VitalsSamples;
}

function valuesOf(measure: Measure): Record<string, string | number | null> {
	switch (measure.kind) {
		case "exercise":
			return {
				completedAt: measure.endedAt,
				duration: Math.round(measure.durationSeconds / 60),
				distance: measure.distanceMetres === undefined ? null : rounded(measure.distanceMetres / metresPerMile, 4),
				calories: whole(measure.energyKilocalories),
				avgHeartRate: whole(measure.averageHeartRatePerMinute),
				maxHeartRate: whole(measure.maximumHeartRatePerMinute),
				notes: measure.note?.slice(0, 1000) ?? null,
			};
		case "sleep":
			return {
				sleepDate: measure.date,
				bedtime: measure.at,
				wakeTime: measure.endedAt,
				totalHours: rounded(measure.asleepSeconds / 3600, 4),
				quality: measure.quality ?? null,
				interruptions: measure.interruptions ?? null,
			};
		case "heart-rate":
			return { recordedAt: measure.at, heartRate: Math.round(measure.perMinute) };
		case "oxygen-saturation":
			return { recordedAt: measure.at, oxygenSaturation: Math.round(measure.percent) };
		case "body-weight":
			return { recordedAt: measure.at, weight: rounded(measure.kilograms * poundsPerKilogram, 4) };
		case "body-temperature":
			return { recordedAt: measure.at, temperature: rounded((measure.celsius * 9) / 5 + 32, 4) };
		case "blood-pressure":
			return {
				recordedAt: measure.at,
				systolicBP: Math.round(measure.systolicMillimetresMercury),
				diastolicBP: Math.round(measure.diastolicMillimetresMercury),
				heartRate: whole(measure.pulsePerMinute),
			};
	}
}

function whole(value: number | undefined): number | null {
	return value === undefined ? null : Math.round(value);
}

function rounded(value: number, digits: number): number {
	return Number(value.toFixed(digits));
}

/** What a body can do, in the columns' units; narrower than the tables' checks allow. */
const limits: Readonly<Record<Measure["kind"], readonly (readonly [string, number, number])[]>> = {
	exercise: [
		["duration", 0, 7 * 24 * 60],
		["distance", 0, 5000],
		["calories", 0, 100_000],
		["avgHeartRate", 20, 300],
		["maxHeartRate", 20, 300],
	],
	sleep: [["totalHours", 0, 48]],
	"heart-rate": [["heartRate", 20, 300]],
	"oxygen-saturation": [["oxygenSaturation", 30, 100]],
	"body-weight": [["weight", 1, 1400]],
	"body-temperature": [["temperature", 75, 115]],
	"blood-pressure": [
		["systolicBP", 20, 350],
		["diastolicBP", 10, 300],
		["heartRate", 20, 300],
	],
};
