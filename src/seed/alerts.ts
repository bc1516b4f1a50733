import type { Chunk } from "./chunk.ts";
import type { Doses } from "./medications.ts";
import { enteredAt, type Person } from "./person.ts";
import type { Measurement } from "./vitals.ts";

interface Finding {
	readonly type: "vital" | "medication";
	readonly severity: "low" | "medium" | "high" | "critical";
	readonly title: string;
	readonly message: string;
}

const DAY_MS = 86_400_000;

/**
 * Adds the alerts that these measurements and missed doses raise. The same title is raised again only after three days;
 * older ones are resolved, those of the last two days mostly open.
 */
export function addAlerts(chunk: Chunk, person: Person, measurements: readonly Measurement[], doses: Doses): void {
	const random = person.random.fork("alerts");
	const lastRaised = new Map<string, number>();
	const raise = (at: string, finding: Finding): void => {
		const ms = Date.parse(at);
		if (ms - (lastRaised.get(finding.title) ?? 0) < 3 * DAY_MS) return;
		lastRaised.set(finding.title, ms);
		const resolvedMs = ms + random.int(40, 1500) * 60_000;
		const isResolved =
			resolvedMs < person.now.getTime() - 2 * DAY_MS || (resolvedMs < person.now.getTime() && random.chance(0.3));
		const { createdAt } = enteredAt(person, at, 1);
		const resolvedAt = isResolved ? new Date(resolvedMs).toISOString() : null;
		const stamps = { createdAt, updatedAt: resolvedAt ?? createdAt };
		chunk.add("alerts", { userId: person.userId, ...finding, isResolved, resolvedAt, notified: true, ...stamps });
	};
	const weights: Measurement[] = [];
	for (const measurement of measurements) {
		for (const finding of findings(measurement)) raise(measurement.at, finding);
		if (measurement.weight === null) continue;
		const gained = measurement.weight - (weights.at(-3)?.weight ?? measurement.weight);
		if (gained >= 3) raise(measurement.at, weightGain(gained));
		weights.push(measurement);
	}
	for (const { at, missed } of doses.missedByDay) {
		if (missed.length < 2) continue;
		const message = `Not logged: ${missed.join(", ")}`;
		raise(at, {
			type: "medication",
			severity: missed.length > 2 ? "medium" : "low",
			title: "Missed medication",
			message,
		});
	}
}

function findings({ systolicBP, diastolicBP, heartRate, oxygenSaturation, temperature }: Measurement): Finding[] {
	const found: Finding[] = [];
	const vital = (severity: Finding["severity"], title: string, message: string): void => {
		found.push({ type: "vital", severity, title, message });
	};
	if (systolicBP !== null && diastolicBP !== null && (systolicBP >= 160 || diastolicBP >= 100)) {
		vital(systolicBP >= 180 ? "critical" : "high", "High blood pressure", `${systolicBP}/${diastolicBP} mmHg`);
	}
	if (heartRate !== null && heartRate >= 120)
		vital(heartRate >= 140 ? "critical" : "high", "High heart rate", `${heartRate}/min at rest`);
	if (oxygenSaturation !== null && oxygenSaturation < 92) {
		vital(oxygenSaturation < 88 ? "critical" : "medium", "Low oxygen saturation", `SpO2 ${oxygenSaturation} %`);
	}
	if (temperature !== null && temperature >= 100.4) vital("medium", "Fever", `${temperature} °F`);
	return found;
}

function weightGain(pounds: number): Finding {
	const message = `${pounds.toFixed(1)} lb more than three days ago: possible fluid retention`;
	return { type: "vital", severity: pounds >= 5 ? "high" : "medium", title: "Rapid weight gain", message };
}
