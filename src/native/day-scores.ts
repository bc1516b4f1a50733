import { dosesOfDay, takenMedication } from "../medication/doses-of-day.ts";
import { type DayScore, type ScoredSample, scoreDay } from "../scores/daily-score.ts";
import { type MedicationTaken, medicationsTaken } from "../store/alerting/absences.ts";
import type { Transaction } from "../store/database.ts";
import { type DayAsked, type DayRows, dayRows } from "../store/scoring/day-rows.ts";

/** A civil day of somebody. */
export interface PersonDay {
	readonly userId: number;
	readonly date: Temporal.PlainDate;
	/** IANA name of the zone whose day it is. */
	readonly zone: string;
}

/** The scores of some days, in order: what their rows say by now, as far as the caller sees them. */
export async function scoresOf(
	tx: Transaction,
	days: readonly PersonDay[],
	now: Temporal.Instant,
): Promise<DayScore[]> {
	if (days.length === 0) return [];
	const asked = days.map(askedOf);
	const moments = asked.flatMap(({ opens, closes }) => [opens, closes]).sort();
	const from = Temporal.Instant.from(moments[0] as string).subtract({ hours: 24 * 2 });
	const before = Temporal.Instant.from(moments.at(-1) as string).add({ hours: 24 * 2 });
	const [rows, taken] = await Promise.all([
		dayRows(tx, asked),
		medicationsTaken(tx, [...new Set(days.map(({ userId }) => userId))], String(from), String(before)),
	]);
	const byDay = new Map(rows.map((row) => [`${row.user_id} ${row.date}`, row]));
	const medications = Map.groupBy(taken, ({ user_id }) => user_id);
	return days.map((day) =>
		scoreOf(day, byDay.get(`${day.userId} ${day.date}`), medications.get(day.userId) ?? [], now),
	);
}

function askedOf({ userId, date, zone }: PersonDay): DayAsked {
	const midnight = (days: number) => String(date.add({ days }).toZonedDateTime(zone).toInstant());
	return {
		user_id: userId,
		date: String(date),
		opens: midnight(0),
		closes: midnight(1),
		week: midnight(-6),
		month: midnight(-27),
	};
}

function scoreOf(
	{ date, zone }: PersonDay,
	rows: DayRows | undefined,
	medications: readonly MedicationTaken[],
	now: Temporal.Instant,
): DayScore {
	const doses = dosesOfDay(
		medications.map((one) => takenMedication(one, zone)),
		date,
		zone,
		now,
	);
	return scoreDay({
		samples: JSON.parse(rows?.samples ?? "[]") as ScoredSample[],
		exerciseMinutes: rows?.minutes ?? null,
		food: rows === undefined ? null : { rating: rows.rating, sodiumMg: rows.sodium },
		sleep: rows?.slept === true ? { hours: rows.hours, quality: rows.quality } : null,
		doses: { expected: doses.expected, taken: doses.taken },
	});
}
