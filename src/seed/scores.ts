import { scoreDay } from "../scores/daily-score.ts";
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

/** Adds the score of every day that is over, by the server's own formula, from that day's own rows. */
export function addScores(chunk: Chunk, person: Person, facts: DayFacts): void {
	const minutes = minutesByDay(facts.sessions);
	const measurements = Map.groupBy(facts.measurements, ({ day }) => day.index);
	for (const day of person.days) {
		if (!hasPassed(person, day, 23 * 60)) continue;
		const dose = facts.doses.byDay[day.index];
		const eaten = facts.eaten[day.index];
		const night = facts.nights[day.index];
		const { overall, parts } = scoreDay({
			samples: measurements.get(day.index) ?? [],
			exerciseMinutes: sumOf(minutes, day.index, 28) === undefined ? null : (sumOf(minutes, day.index, 7) ?? 0),
			food: eaten === undefined ? null : { rating: eaten.rating, sodiumMg: eaten.sodiumMg },
			sleep: night === undefined ? null : { hours: night.hours, quality: night.quality },
			doses: dose === undefined ? null : { expected: dose.due, taken: dose.taken },
		});
		if (overall === null) continue;
		const scores = {
			overallScore: overall,
			exerciseScore: parts.exercise.score,
			nutritionScore: parts.nutrition.score,
			sleepScore: parts.sleep.score,
			medicationScore: parts.medication.score,
			vitalsScore: parts.vitals.score,
		};
		const stamps = enteredAt(person, timeAt(day, 23 * 60));
		const notes = overall >= 95 ? "A very good day" : null;
		chunk.add("daily_scores", { userId: person.userId, date: day.date, ...scores, notes, ...stamps });
	}
}

function minutesByDay(sessions: readonly Session[]): Map<number, number> {
	const minutes = new Map<number, number>();
	for (const { day, durationMinutes, isDone } of sessions)
		if (isDone) minutes.set(day.index, (minutes.get(day.index) ?? 0) + durationMinutes);
	return minutes;
}

/** The minutes of so many days up to one; undefined where there are none. */
function sumOf(minutes: ReadonlyMap<number, number>, last: number, days: number): number | undefined {
	let sum: number | undefined;
	for (let index = last - days + 1; index <= last; index++) {
		const some = minutes.get(index);
		if (some !== undefined) sum = (sum ?? 0) + some;
	}
	return sum;
}
