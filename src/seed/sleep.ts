import type { Chunk } from "./chunk.ts";
import { timeAt } from "./days.ts";
import { enteredAt, hasPassed, type Person } from "./person.ts";

/** One night, as the daily score looks at it. */
export interface Night {
	readonly hours: number;
	/** 1-5 */
	readonly quality: number;
}

/** Adds a night's log per day, dated by the morning it ends. Gives them by Day.index; undefined where nothing was logged. */
export function addSleep(chunk: Chunk, person: Person): (Night | undefined)[] {
	const random = person.random.fork("sleep");
	return person.days.map((day) => {
		const wake = (day.isWeekend ? 7 * 60 + 25 : 6 * 60 + 40) + Math.round(random.noise(22));
		if (random.chance(0.05) || !hasPassed(person, day, wake + 20)) return undefined;
		const bedtime = -75 + Math.round(random.noise(28)) + (day.isWeekend ? 30 : 0);
		const strain = day.sinceSurgery < 0 ? 0.3 : Math.exp(-day.sinceSurgery / 30);
		const interruptions = Math.max(0, Math.round(1 + 3 * strain + random.noise(0.9)));
		const awake = interruptions * random.int(6, 16) + random.int(5, 25);
		const hours = Math.round(Math.max(1, (wake - bedtime - awake) / 60) * 10) / 10;
		const quality = Math.max(
			1,
			Math.min(5, Math.round(4.6 - interruptions * 0.5 - (hours < 6 ? 1 : 0) + random.noise(0.5))),
		);
		const wakeTime = timeAt(day, wake);
		chunk.add("sleep_logs", {
			userId: person.userId,
			sleepDate: day.date,
			bedtime: timeAt(day, bedtime),
			wakeTime,
			totalHours: hours,
			quality,
			interruptions,
			notes: strain > 0.5 && random.chance(0.2) ? "hard to lie on the side" : null,
			...enteredAt(person, wakeTime, 20),
		});
		return { hours, quality };
	});
}
