import type { Chunk } from "./chunk.ts";
import { timeAt } from "./days.ts";
import type { Eaten } from "./meals.ts";
import type { Doses } from "./medications.ts";
import { enteredAt, hasPassed, type Person } from "./person.ts";
import type { Night } from "./sleep.ts";
import type { Session } from "./training.ts";
import type { Measurement } from "./vitals.ts";

/** What a day's score is made of; arrays by Day.index. */
export interface DayFacts {
	readonly measurements: readonly Measurement[];
	readonly sessions: readonly Session[];
	readonly doses: Doses;
	readonly nights: readonly (Night | undefined)[];
	readonly eaten: readonly (Eaten | undefined)[];
}

/** Adds the score of every day that is over, computed from that day's own rows; the overall score is the mean of the parts. */
export function addScores(chunk: Chunk, person: Person, facts: DayFacts): void {
	const sessions = Map.groupBy(facts.sessions, ({ day }) => day.index);
	const measurements = Map.groupBy(facts.measurements, ({ day }) => day.index);
	for (const day of person.days) {
		if (!hasPassed(person, day, 23 * 60)) continue;
		const dose = facts.doses.byDay[day.index];
		const parts = {
			exerciseScore: share(sessions.get(day.index), ({ isDone }) => isDone),
			nutritionScore: nutritionScore(facts.eaten[day.index]),
			sleepScore: sleepScore(facts.nights[day.index]),
			medicationScore: dose === undefined || dose.due === 0 ? null : Math.round((100 * dose.taken) / dose.due),
			vitalsScore: share(measurements.get(day.index), isWithinRange),
		};
		const known = Object.values(parts).filter((score) => score !== null);
		const overallScore =
			known.length === 0 ? null : Math.round(known.reduce((sum, score) => sum + score, 0) / known.length);
		const stamps = enteredAt(person, timeAt(day, 23 * 60));
		const notes = overallScore !== null && overallScore >= 95 ? "A very good day" : null;
		chunk.add("daily_scores", { userId: person.userId, date: day.date, overallScore, ...parts, notes, ...stamps });
	}
}

function share<T>(items: readonly T[] | undefined, isGood: (item: T) => boolean): number | null {
	if (items === undefined || items.length === 0) return null;
	return Math.round((100 * items.filter(isGood).length) / items.length);
}

function isWithinRange({ systolicBP, diastolicBP, heartRate, oxygenSaturation, temperature }: Measurement): boolean {
	const isPressureFine = (systolicBP ?? 120) < 140 && (diastolicBP ?? 75) < 90;
	const isPulseFine = (heartRate ?? 70) >= 50 && (heartRate ?? 70) <= 100;
	return isPressureFine && isPulseFine && (oxygenSaturation ?? 97) >= 93 && (temperature ?? 98) < 100.4;
}

function sleepScore(night: Night | undefined): number | null {
	if (night === undefined) return null;
	return Math.max(0, Math.min(100, Math.round(night.quality * 12 + 40 - Math.abs(7.5 - night.hours) * 12)));
}

function nutritionScore(eaten: Eaten | undefined): number | null {
	if (eaten === undefined) return null;
	const salt = Math.max(0, eaten.sodiumMg - 1500) / 25;
	return Math.max(0, Math.min(100, Math.round(eaten.rating * 20 - salt)));
}
