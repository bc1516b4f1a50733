import type { Chunk } from "./chunk.ts";
import { addDays, civilDateAt } from "./days.ts";
import { enteredAt, type Person } from "./person.ts";

/** Title, description, category, day it starts and day it is due (since the operation). */
const goals = [
	["Walk 10 minutes without a break", "Twice a day, on flat ground", "exercise", 7, 28],
	["Walk 30 minutes", "Continuously, at 11-13 on the Borg scale", "exercise", 28, 84],
	["Blood pressure below 130/80", "Average of a week", "vitals", 14, 120],
	["Sleep seven hours", "At least five nights a week", "sleep", 14, 90],
	["Sodium below 2000 mg a day", "Read labels, cook at home", "nutrition", 14, 150],
	["150 active minutes a week", "Any mix of walking, bicycle and swimming", "exercise", 90, 270],
	["Never miss an evening dose", "Pill box filled every Sunday", "medication", 3, 180],
] as const;

/** Adds the goals that have been agreed on by today, with progress according to the time that has passed. */
export function addGoals(chunk: Chunk, person: Person): void {
	const random = person.random.fork("goals");
	const { sinceSurgery } = person.today;
	for (const [title, description, category, from, due] of goals) {
		if (from > sinceSurgery + 14) continue;
		const agreedOn = addDays(person.surgeryDate, Math.min(from, sinceSurgery) - 3);
		const { createdAt } = enteredAt(person, `${agreedOn}T15:00:00.000Z`);
		const share = (sinceSurgery - from) / (due - from);
		const isCancelled = share > 0.3 && random.chance(0.08);
		const progress = Math.max(0, Math.min(100, Math.round(share * 100 + random.noise(12))));
		const isDone = progress >= 95 && !isCancelled;
		const status = isCancelled ? "cancelled" : isDone ? "completed" : progress > 0 ? "in-progress" : "pending";
		chunk.add("therapy_goals", {
			userId: person.userId,
			title,
			description,
			category,
			targetDate: addDays(person.surgeryDate, due),
			progress: isDone ? 100 : Math.min(progress, 94),
			status,
			createdAt,
			updatedAt: enteredAt(person, `${civilDateAt(person.now, person.timeZone)}T00:00:00.000Z`).updatedAt,
		});
	}
}
