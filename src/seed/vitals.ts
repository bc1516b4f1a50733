import type { Chunk, SeedValue } from "./chunk.ts";
import { type Day, timeAt } from "./days.ts";
import { enteredAt, hasPassed, isDone, type Person } from "./person.ts";
import type { Random } from "./random.ts";

/** One measurement, as the alerts and the daily score look at it. */
export interface Measurement {
	readonly day: Day;
	readonly at: string;
	readonly systolicBP: number | null;
	readonly diastolicBP: number | null;
	readonly heartRate: number | null;
	/** lb */
	readonly weight: number | null;
	readonly oxygenSaturation: number | null;
	/** °F */
	readonly temperature: number | null;
}

/**
 * Adds the vitals of every day, `perDay` times spread over 7:00-22:00. The first of a day has the weight; blood pressure is
 * measured in most, temperature in the first and last. At weekends some are left out. Gives what was measured, oldest first.
 */
export function addVitals(chunk: Chunk, person: Person, perDay: number): Measurement[] {
	const random = person.random.fork("vitals");
	const fluid = fluidEpisodes(person, random);
	const measurements: Measurement[] = [];
	for (const day of person.days) {
		for (let slot = 0; slot < perDay; slot++) {
			const minutes = slotMinutes(slot, perDay) + random.int(-12, 12) + (day.isWeekend && slot === 0 ? 55 : 0);
			const isMeasured = slot === 0 || isDone(person, random, day);
			if (!isMeasured || !hasPassed(person, day, minutes)) continue;
			const at = timeAt(day, minutes);
			const values = measure(person, random, day, { slot, isLast: slot === perDay - 1, fluid: fluid[day.index] ?? 0 });
			measurements.push({ day, at, ...values });
			const notes = values.heartRate > 115 ? "palpitations" : random.chance(0.02) ? "after the stairs" : null;
			const row: Record<string, SeedValue> = { userId: person.userId, ...values, recordedAt: at, notes };
			chunk.add("vitals_samples", { ...row, ...enteredAt(person, at) });
		}
	}
	return measurements;
}

function slotMinutes(slot: number, perDay: number): number {
	return perDay === 1 ? 7 * 60 + 30 : 7 * 60 + 15 + Math.round((slot * 14.5 * 60) / (perDay - 1));
}

function measure(
	{ course }: Person,
	random: Random,
	day: Day,
	{ slot, isLast, fluid }: { slot: number; isLast: boolean; fluid: number },
) {
	const isPeak = random.chance(0.004);
	const isRacing = day.sinceSurgery >= 1 && random.chance(day.sinceSurgery < 30 ? 0.006 : 0.0015);
	const isFeverish = day.sinceSurgery >= 2 && random.chance(day.sinceSurgery < 21 ? 0.01 : 0.001);
	const morning = slot === 0 ? 4 : 0;
	const weekend = day.isWeekend ? 2 : 0;
	const systolic = course.systolic(day) + morning + weekend + fluid * 1.2 + random.noise(6) + (isPeak ? 38 : 0);
	const diastolic = course.diastolic(day) + weekend / 2 + fluid * 0.5 + random.noise(4) + (isPeak ? 18 : 0);
	const heartRate = course.heartRate(day) - morning + random.noise(4) + fluid * 0.8 + (isRacing ? 48 : 0);
	const saturation = Math.min(100, course.oxygenSaturation(day) - fluid * 0.35 + random.noise(0.7));
	const temperature = course.temperature(day) + (isLast ? 0.3 : 0) + random.noise(0.25) + (isFeverish ? 2.2 : 0);
	const hasPressure = slot === 0 || isLast || isPeak || random.chance(0.75);
	return {
		systolicBP: hasPressure ? Math.round(systolic) : null,
		diastolicBP: hasPressure ? Math.round(Math.min(diastolic, systolic - 20)) : null,
		heartRate: Math.round(heartRate),
		weight: slot === 0 ? tenths(course.weight(day) + fluid + random.noise(0.5)) : null,
		oxygenSaturation: random.chance(0.9) ? Math.round(saturation) : null,
		temperature: slot === 0 || isLast || isFeverish ? tenths(temperature) : null,
	};
}

/** Pounds of retained fluid per day: about one episode in two months, rising over four days, gone a week later. */
function fluidEpisodes(person: Person, random: Random): number[] {
	const pounds = person.days.map(() => 0);
	for (const day of person.days) {
		const isStart = day.index === Math.min(40, person.days.length - 5) || random.chance(1 / 75);
		if (!isStart || day.sinceSurgery < 5) continue;
		const peak = random.between(3.5, 7);
		for (let at = 0; at < 10; at++) {
			const index = day.index + at;
			const share = at < 4 ? (at + 1) / 4 : 1 - (at - 3) / 7;
			if (index < pounds.length) pounds[index] = Math.max(pounds[index] ?? 0, peak * share);
		}
	}
	return pounds;
}

/** Rounded to one decimal. */
export function tenths(value: number): number {
	return Math.round(value * 10) / 10;
}
