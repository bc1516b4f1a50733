import type { Found } from "./decide.ts";
import type { Reading } from "./reading.ts";
import type { AlertRule, Measure } from "./rule.ts";

/** How a measure is told: its name, its unit, its decimals. */
const told: Readonly<Record<Measure, readonly [name: string, unit: string, decimals: number]>> = {
	systolicBP: ["Systolic blood pressure", "mmHg", 0],
	diastolicBP: ["Diastolic blood pressure", "mmHg", 0],
	heartRate: ["Heart rate", "beats/minute", 0],
	weight: ["Weight", "lb", 1],
	oxygenSaturation: ["Oxygen saturation", "%", 0],
	temperature: ["Temperature", "°F", 1],
	peakHeartRate: ["Highest heart rate in exercise", "beats/minute", 0],
	meanHeartRate: ["Mean heart rate in exercise", "beats/minute", 0],
	silentDays: ["Days without measurements", "", 0],
	missedDoses: ["Doses not taken", "", 0],
};

/** What an alert says: the value and its limit, when it was measured in the person's own time, and what to do. */
export function messageOf(rule: AlertRule, found: Omit<Found, "source" | "id">, zone: string): string {
	const { measure, value, limit, baseline } = found;
	const [name] = told[measure];
	const what =
		baseline === undefined
			? `${name} ${amount(measure, value)} (limit ${amount(measure, limit)})`
			: `${name} ${amount(measure, value)}, ${amount(measure, value - baseline)} more than ${amount(measure, baseline)} before (limit ${amount(measure, limit)})`;
	return `${what}, ${timeOf(found.at, zone)}. ${rule.advice}`;
}

/** What is added to an alert that was over before anybody saw it. */
export function endedMessage(reading: Reading, zone: string): string {
	return `Back within the limits at ${timeOf(reading.at, zone)}.`;
}

/** A moment in somebody's time zone: `2026-11-27 21:15`. */
function timeOf(at: number, zone: string): string {
	const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
	return `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: "minute" })}`;
}

function amount(measure: Measure, value: number): string {
	const [, unit, decimals] = told[measure];
	const shown = Number(value.toFixed(decimals)).toString();
	return unit === "" ? shown : `${shown} ${unit}`;
}
