import { type Adherence, addUp, outcomes } from "./adherence.ts";
import { expectedDoses } from "./expected-doses.ts";
import { understand } from "./understand.ts";

/** A medication with when it was logged as taken. */
interface TakenMedication {
	readonly frequency: string | null;
	readonly timeOfDay: string | null;
	/** First and last day of the treatment. */
	readonly begins: Temporal.PlainDate;
	readonly ends: Temporal.PlainDate | null;
	readonly logs: readonly Temporal.Instant[];
}

/** A medication as its row has it: dates `YYYY-MM-DD`, moments in ISO 8601. */
export interface MedicationRow {
	readonly frequency: string | null;
	readonly time_of_day: string | null;
	readonly start_date: string | null;
	readonly end_date: string | null;
	readonly created_at: string;
	readonly logs: readonly string[];
}

/** What {@link dosesOfDay} needs of a row; a treatment without a first day begins when it was entered. */
export function takenMedication(row: MedicationRow, zone: string): TakenMedication {
	const entered = Temporal.Instant.from(row.created_at).toZonedDateTimeISO(zone).toPlainDate();
	return {
		frequency: row.frequency,
		timeOfDay: row.time_of_day,
		begins: row.start_date === null ? entered : Temporal.PlainDate.from(row.start_date),
		ends: row.end_date === null ? null : Temporal.PlainDate.from(row.end_date),
		logs: row.logs.map((at) => Temporal.Instant.from(at)),
	};
}

/** The adherence to all medications together on one civil day. What nobody can say how often to take is not expected. */
export function dosesOfDay(
	medications: readonly TakenMedication[],
	date: Temporal.PlainDate,
	zone: string,
	now: Temporal.Instant,
): Adherence {
	return addUp(
		medications.flatMap(({ frequency, timeOfDay, begins, ends, logs }) => {
			const regimen = understand(frequency, timeOfDay);
			if (regimen.kind !== "scheduled") return [];
			// Logs of doses of the days beside must not be taken for doses of this one.
			const around = { zone, begins, ends, from: date.subtract({ days: 1 }), to: date.add({ days: 1 }) };
			const doses = expectedDoses(regimen, around);
			const ofDay = doses.filter((dose) => dose.date.equals(date));
			const opens = ofDay.map((dose) => dose.opens).sort(Temporal.Instant.compare)[0];
			const closes = ofDay
				.map((dose) => dose.closes)
				.sort(Temporal.Instant.compare)
				.at(-1);
			if (opens === undefined || closes === undefined) return [];
			const within = logs.filter(
				(log) => Temporal.Instant.compare(log, opens) >= 0 && Temporal.Instant.compare(log, closes) < 0,
			);
			return [outcomes(ofDay, within, now).sums];
		}),
	);
}
