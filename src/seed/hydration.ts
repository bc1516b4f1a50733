import type { Chunk } from "./chunk.ts";
import { timeAt } from "./days.ts";
import { enteredAt, hasPassed, type Person } from "./person.ts";

/** Adds the water drunk each day: a fluid limit of 50 oz for six weeks after the operation, then a goal of 64 oz. */
export function addHydration(chunk: Chunk, person: Person): void {
	const random = person.random.fork("hydration");
	for (const day of person.days) {
		const isLimited = day.sinceSurgery >= 0 && day.sinceSurgery < 42;
		const goalOz = isLimited ? 50 : 64;
		if (random.chance(0.06) || !hasPassed(person, day, 21 * 60 + 30)) continue;
		const amountOz = Math.max(16, Math.round((goalOz - (day.isWeekend ? 6 : 2) + random.noise(7)) / 2) * 2);
		chunk.add("hydration_logs", {
			userId: person.userId,
			logDate: day.date,
			amountOz,
			goalOz,
			notes: isLimited && amountOz > goalOz + 8 ? "above the limit" : null,
			...enteredAt(person, timeAt(day, 21 * 60 + 30)),
		});
	}
}
