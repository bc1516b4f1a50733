import type { Chunk } from "./chunk.ts";
import { addDays, type Day, timeAt } from "./days.ts";
import { type ExerciseKind, exerciseKinds } from "./library/exercises.ts";
import type { Library } from "./library/library.ts";
import { enteredAt, hasPassed, isDone, type Person } from "./person.ts";
import type { Random } from "./random.ts";

/** A session that was planned: what, when, and whether it was done. The calendar shows it, the daily score counts it. */
export interface Session {
	readonly day: Day;
	readonly startMinutes: number;
	readonly durationMinutes: number;
	readonly name: string;
	readonly isDone: boolean;
}

interface Prescription {
	readonly id: number;
	readonly exerciseId: number;
	readonly kind: ExerciseKind;
}

/** Adds the prescriptions of every exercise whose weeks have come, and a log for each session done. Gives the sessions. */
export function addTraining(chunk: Chunk, person: Person, library: Library): Session[] {
	const random = person.random.fork("training");
	const prescriptions = exerciseKinds.flatMap((kind, at) => {
		const exerciseId = library.exercises[at];
		const isDue = kind.weeks[0] * 7 <= person.today.sinceSurgery;
		return exerciseId === undefined || !isDue
			? []
			: [{ id: addPrescription(chunk, person, random, kind, exerciseId), exerciseId, kind }];
	});
	return person.days.flatMap((day) => {
		const sessions: Session[] = [];
		const week = Math.floor(day.sinceSurgery / 7);
		const current = prescriptions.filter(({ kind }) => kind.weeks[0] <= week && week <= kind.weeks[1]);
		// Weekdays have two exercises, weekends one long one or none.
		const planned = day.isWeekend ? (random.chance(0.6) ? 1 : 0) : 2;
		for (let at = 0; at < planned && current.length > 0; at++) {
			const session = plan(person, random, day, random.pick(current).kind, at);
			if (!hasPassed(person, day, session.startMinutes + session.durationMinutes)) continue;
			const prescription = current.find(({ kind }) => kind.name === session.name);
			if (session.isDone && prescription !== undefined) addLog(chunk, person, random, session, prescription);
			sessions.push(session);
		}
		return sessions;
	});
}

function addPrescription(chunk: Chunk, person: Person, random: Random, kind: ExerciseKind, exerciseId: number): number {
	const [from, to] = kind.weeks;
	const isOver = to * 7 + 6 < person.today.sinceSurgery;
	const startDate = addDays(person.surgeryDate, from * 7);
	const isStrength = kind.category === "strength" || kind.category === "flexibility";
	const isStopped = isOver && random.chance(0.15);
	return chunk.add("exercise_prescriptions", {
		patientId: person.patientId,
		exerciseId,
		sets: isStrength ? 2 : null,
		reps: isStrength ? random.pick([8, 10, 12]) : null,
		duration: kind.minutes,
		frequency: random.pick(["daily", "3x per week", "5x per week"]),
		intensity: kind.difficulty === "beginner" ? "light" : "moderate",
		startDate,
		endDate: to > 100 ? null : addDays(person.surgeryDate, to * 7 + 6),
		status: isStopped ? "discontinued" : isOver ? "completed" : "active",
		notes: isStopped ? "Replaced by another exercise" : null,
		...enteredAt(person, `${startDate}T15:30:00.000Z`),
	});
}

function plan(person: Person, random: Random, day: Day, kind: ExerciseKind, position: number): Session {
	const progress = Math.min(1.6, 1 + Math.max(0, day.sinceSurgery - kind.weeks[0] * 7) / 140);
	return {
		day,
		startMinutes: (position === 0 ? 10 * 60 : 16 * 60 + 30) + random.int(-6, 6) * 5,
		durationMinutes: Math.max(3, Math.round(kind.minutes * progress * (day.isWeekend ? 1.2 : 1) + random.noise(2))),
		name: kind.name,
		isDone: isDone(person, random, day),
	};
}

function addLog(
	chunk: Chunk,
	person: Person,
	random: Random,
	session: Session,
	{ id, exerciseId, kind }: Prescription,
): void {
	const duration = session.durationMinutes;
	const completedAt = timeAt(session.day, session.startMinutes + duration);
	const avgHeartRate = Math.round(person.course.heartRate(session.day) + kind.effort + random.noise(4));
	const distance =
		kind.speed === 0 ? null : Math.round((duration / 60) * kind.speed * random.between(0.9, 1.1) * 100) / 100;
	chunk.add("exercise_logs", {
		userId: person.userId,
		exerciseId,
		prescriptionId: random.chance(0.9) ? id : null,
		duration,
		distance,
		calories: Math.round(duration * kind.burn * random.between(0.9, 1.1)),
		avgHeartRate,
		maxHeartRate: avgHeartRate + random.int(6, 22),
		intensity: random.pick(["very light", "light", "light", "somewhat hard"]),
		completedAt,
		notes: random.chance(0.04) ? "short of breath at the end" : null,
		...enteredAt(person, completedAt, 3),
	});
}
