import type { ExpectedDose } from "./expected-doses.ts";
import { matchDoses } from "./match-doses.ts";

/** How far expected doses were taken. */
export interface Adherence {
	/** Doses that count: those taken, and those whose time is over. */
	readonly expected: number;
	readonly taken: number;
	readonly missed: number;
	/** Doses that can still be taken. */
	readonly pending: number;
	/** Logs that are no expected dose. */
	readonly extra: number;
	/** taken / expected, 0 to 1; null where nothing was expected yet. */
	readonly rate: number | null;
}

/** One dose and what became of it. */
export interface DoseOutcome {
	readonly dose: ExpectedDose;
	readonly takenAt: Temporal.Instant | null;
	readonly state: "taken" | "missed" | "pending";
}

/** What became of expected doses until a moment, by the logs there are; in their order. */
export function outcomes(
	doses: readonly ExpectedDose[],
	logs: readonly Temporal.Instant[],
	now: Temporal.Instant,
): { readonly doses: DoseOutcome[]; readonly sums: Adherence } {
	const { takenAt, extra } = matchDoses(doses, logs);
	const found = doses.map((dose, index): DoseOutcome => {
		const isOver = Temporal.Instant.compare(dose.closes, now) <= 0;
		const at = takenAt[index] ?? null;
		return { dose, takenAt: at, state: at !== null ? "taken" : isOver ? "missed" : "pending" };
	});
	const count = (state: DoseOutcome["state"]) => found.filter((one) => one.state === state).length;
	const counts = { taken: count("taken"), missed: count("missed"), pending: count("pending"), extra: extra.length };
	return { doses: found, sums: addUp([counts]) };
}

/** The adherence to several medications together: each dose counts alike. */
export function addUp(parts: readonly Pick<Adherence, "taken" | "missed" | "pending" | "extra">[]): Adherence {
	const sum = (of: "taken" | "missed" | "pending" | "extra") => parts.reduce((total, part) => total + part[of], 0);
	const [taken, missed, pending, extra] = [sum("taken"), sum("missed"), sum("pending"), sum("extra")];
	const expected = taken + missed;
	const rate = expected === 0 ? null : Math.round((taken / expected) * 1000) / 1000;
	return { expected, taken, missed, pending, extra, rate };
}
