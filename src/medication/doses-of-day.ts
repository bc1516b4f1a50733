import { type Adherence, addUp, outcomes } from "./adherence.ts";
import { expectedDoses } from "./expected-doses.ts";
import { understand } from "./understand.ts";

/** A medication with when it was logged as taken. */
export interface TakenMedication {
	readonly frequency: string | null;
	readonly timeOfDay: string | null;
	/** First and last day of the treatment. */
	readonly begins: Temporal.PlainDate;
	readonly ends: Temporal.PlainDate | null;
	readonly logs: readonly Temporal.Instant[];
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
