import type { Chunk } from "./chunk.ts";
import { addDays, type Day, timeAt } from "./days.ts";
import { type Drug, drugs } from "./drugs.ts";
import { enteredAt, hasPassed, isDone, type Person } from "./person.ts";
import type { Random } from "./random.ts";

/** What was due and taken on each day of the period, for the daily score and the alerts. */
export interface Doses {
	/** By Day.index: doses due and taken so far. */
	readonly byDay: readonly { readonly due: number; readonly taken: number }[];
	/** Days with missed doses: the names, and an instant late that evening. */
	readonly missedByDay: readonly { readonly at: string; readonly missed: readonly string[] }[];
}

interface Course {
	readonly id: number;
	readonly drug: Drug;
	/** First and last day since the operation, both included. */
	readonly from: number;
	readonly to: number;
}

/** Adds the medications of this operation and a log row for every dose taken within the period. */
export function addMedications(chunk: Chunk, person: Person): Doses {
	const random = person.random.fork("medications");
	const courses = drugs
		.filter((drug) => drug.isFor(person.surgery))
		.flatMap((drug) => addCourse(chunk, person, random, drug));
	const missedByDay: { at: string; missed: string[] }[] = [];
	const byDay = person.days.map((day) => {
		const missed: string[] = [];
		let due = 0;
		let taken = 0;
		for (const course of courses) {
			if (day.sinceSurgery < course.from || day.sinceSurgery > course.to) continue;
			for (const minutes of course.drug.minutes) {
				if (!hasPassed(person, day, minutes + 60)) continue;
				if (course.drug.isAsNeeded ? random.chance(0.45) : isDone(person, random, day)) {
					addDose(chunk, person, random, course, day, minutes);
					taken += course.drug.isAsNeeded ? 0 : 1;
				} else if (!course.drug.isAsNeeded) missed.push(course.drug.name);
				due += course.drug.isAsNeeded ? 0 : 1;
			}
		}
		if (missed.length > 0 && hasPassed(person, day, 22 * 60 + 30)) {
			missedByDay.push({ at: timeAt(day, 22 * 60 + 30), missed: [...new Set(missed)] });
		}
		return { due, taken };
	});
	return { byDay, missedByDay };
}

function addCourse(chunk: Chunk, person: Person, random: Random, drug: Drug): Course[] {
	const sinceSurgery = person.today.sinceSurgery;
	const to = drug.to ?? Number.POSITIVE_INFINITY;
	if (drug.from > sinceSurgery) return [];
	const startDate = addDays(person.surgeryDate, drug.from);
	const isActive = to >= sinceSurgery;
	const endDate = drug.to === null ? null : addDays(person.surgeryDate, drug.to);
	const startedAt = new Date(Date.parse(`${startDate}T14:00:00Z`) + random.int(0, 120) * 60_000).toISOString();
	const { createdAt } = enteredAt(person, startedAt);
	const stoppedAt = endDate === null || isActive ? createdAt : `${endDate}T22:00:00.000Z`;
	const { name, dosage, frequency, timeOfDay, purpose, sideEffects, instructions } = drug;
	const words = { name, dosage, frequency, timeOfDay, purpose, sideEffects, instructions };
	const id = chunk.add("medications", {
		userId: person.userId,
		...words,
		startDate,
		endDate,
		prescribedBy: person.cardiologist.name,
		isActive,
		createdAt,
		updatedAt: enteredAt(person, stoppedAt).updatedAt,
	});
	return [{ id, drug, from: drug.from, to }];
}

function addDose(chunk: Chunk, person: Person, random: Random, { id, drug }: Course, day: Day, minutes: number): void {
	const takenAt = timeAt(day, minutes + random.int(-25, 55) + (day.isWeekend ? 20 : 0));
	if (Date.parse(takenAt) > person.now.getTime()) return;
	const notes = random.chance(0.015) ? "taken late" : null;
	const dose = { medicationId: id, userId: person.userId, takenAt, dosageTaken: drug.dosage, notes };
	chunk.add("medication_logs", { ...dose, ...enteredAt(person, takenAt) });
}
