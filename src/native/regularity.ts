import { type Adherence, type DoseOutcome, outcomes } from "../medication/adherence.ts";
import { type ExpectedDose, expectedDoses } from "../medication/expected-doses.ts";
import type { Regimen } from "../medication/regimen.ts";
import { understand } from "../medication/understand.ts";

/** Civil days of a person, both included. */
export interface Days {
	readonly zone: string;
	readonly now: Temporal.Instant;
	readonly from: Temporal.PlainDate;
	readonly to: Temporal.PlainDate;
}

/** Something that is to be done again and again: a medication, a prescribed exercise. */
export interface Regular {
	readonly frequency: string | null;
	readonly timeOfDay: string | null;
	readonly startDate: string | null;
	readonly endDate: string | null;
	readonly createdAt: string;
	/** It is no longer to be done. */
	readonly isEnded: boolean;
	/** What it is done in, for words: "dose", "session". */
	readonly unit: string;
}

/** What is expected within some days, or why nothing is. */
export interface Plan {
	readonly regimen: Regimen;
	readonly notCounted: string | null;
	readonly doses: readonly ExpectedDose[];
}

/** What something asks for within some days. Without a start it begins when it was entered. */
export function planOf(regular: Regular, { zone, from, to }: Days): Plan {
	const { frequency, timeOfDay, startDate, endDate, createdAt, isEnded, unit } = regular;
	const regimen = understand(frequency, timeOfDay, unit);
	const nothing = (notCounted: string): Plan => ({ regimen, notCounted, doses: [] });
	if (regimen.kind === "as-needed") return nothing("it is for when it is needed");
	if (regimen.kind === "not-understood") return nothing("how often was not understood");
	if (isEnded && endDate === null) return nothing("it was ended, and no end date says when");
	const begins =
		startDate === null
			? Temporal.Instant.from(createdAt).toZonedDateTimeISO(zone).toPlainDate()
			: Temporal.PlainDate.from(startDate);
	const ends = endDate === null ? null : Temporal.PlainDate.from(endDate);
	return { regimen, notCounted: null, doses: expectedDoses(regimen, { zone, begins, ends, from, to }) };
}

/** The stretch of time whose logs can count for some plans: at least the days themselves. Its first moment, and the first after it. */
export function logsWanted(plans: readonly Plan[], days: Days): { from: string; before: string } {
	const edges = plans.flatMap((plan) => [spanOf(plan, days).opens, spanOf(plan, days).closes]);
	edges.push(...Object.values(spanOf({ doses: [] }, days)));
	edges.sort(Temporal.Instant.compare);
	return { from: String(edges[0]), before: String(edges.at(-1)) };
}

/** One dose and what became of it, as it is answered. */
export interface DoseState {
	readonly date: string;
	readonly due: string | null;
	readonly takenAt: string | null;
	readonly state: "taken" | "missed" | "pending";
}

/** What became of a plan by the logs there are; of those outside its windows only what lies between them counts, as extra. */
export function outcomeOf(plan: Plan, logs: readonly string[], days: Days): { sums: Adherence; doses: DoseState[] } {
	const { opens, closes } = spanOf(plan, days);
	const within = logs
		.map((text) => Temporal.Instant.from(text))
		.filter((log) => Temporal.Instant.compare(log, opens) >= 0 && Temporal.Instant.compare(log, closes) < 0);
	const { doses, sums } = outcomes(plan.doses, within, days.now);
	return { sums, doses: doses.map(shown) };
}

/** From the first window to the last; where nothing is expected, the days themselves. */
function spanOf({ doses }: Pick<Plan, "doses">, { zone, from, to }: Days) {
	const midnight = (day: Temporal.PlainDate) => day.toZonedDateTime(zone).toInstant();
	const opens = doses[0]?.opens ?? midnight(from);
	const closes = doses.at(-1)?.closes ?? midnight(to.add({ days: 1 }));
	return { opens, closes };
}

function shown({ dose: { date, due }, takenAt, state }: DoseOutcome): DoseState {
	return { date: date.toString(), due: due && text(due), takenAt: takenAt && text(takenAt), state };
}

function text(moment: Temporal.Instant): string {
	return moment.toString({ smallestUnit: "millisecond" });
}
