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

/** Adherence to doses at a moment, by the logs there are. */
export function adherence(
	doses: readonly ExpectedDose[],
	logs: readonly Temporal.Instant[],
	now: Temporal.Instant,
): Adherence {
	const { takenAt, extra } = matchDoses(doses, logs);
	const taken = takenAt.filter((at) => at !== null).length;
	const isOver = ({ closes }: ExpectedDose) => Temporal.Instant.compare(closes, now) <= 0;
	const missed = doses.filter((dose, index) => takenAt[index] === null && isOver(dose)).length;
	return addUp([{ taken, missed, pending: doses.length - taken - missed, extra: extra.length }]);
}

/** The adherence to several medications together: each dose counts alike. */
export function addUp(parts: readonly Pick<Adherence, "taken" | "missed" | "pending" | "extra">[]): Adherence {
	const sum = (of: "taken" | "missed" | "pending" | "extra") => parts.reduce((total, part) => total + part[of], 0);
	const [taken, missed, pending, extra] = [sum("taken"), sum("missed"), sum("pending"), sum("extra")];
	const expected = taken + missed;
	const rate = expected === 0 ? null : Math.round((taken / expected) * 1000) / 1000;
	return { expected, taken, missed, pending, extra, rate };
}
