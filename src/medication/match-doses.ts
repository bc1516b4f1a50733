import type { ExpectedDose } from "./expected-doses.ts";

/** What became of the doses. */
export interface Matched {
	/** For each dose as given, when it was taken; null where no log can be it. */
	readonly takenAt: readonly (Temporal.Instant | null)[];
	/** Logs that are no expected dose, ascending. */
	readonly extra: readonly Temporal.Instant[];
}

/** Matches logs to doses so that as many doses as possible are taken; no log counts twice. Each log goes to the open dose that closes first. */
export function matchDoses(doses: readonly ExpectedDose[], logs: readonly Temporal.Instant[]): Matched {
	const takenAt: (Temporal.Instant | null)[] = doses.map(() => null);
	const order = [...doses.keys()].sort((a, b) => compare(doses, a, b, "opens"));
	const extra: Temporal.Instant[] = [];
	let open: number[] = [];
	let next = 0;
	for (const log of [...logs].sort(Temporal.Instant.compare)) {
		for (
			let dose = doses[order[next] ?? -1];
			dose !== undefined && !isAfter(dose.opens, log);
			dose = doses[order[next] ?? -1]
		) {
			open.push(order[next++] as number);
		}
		open = open
			.filter((index) => isAfter((doses[index] as ExpectedDose).closes, log))
			.sort((a, b) => compare(doses, a, b, "closes") || a - b);
		const dose = open.shift();
		if (dose === undefined) extra.push(log);
		else takenAt[dose] = log;
	}
	return { takenAt, extra };
}

function isAfter(one: Temporal.Instant, other: Temporal.Instant): boolean {
	return Temporal.Instant.compare(one, other) > 0;
}

function compare(doses: readonly ExpectedDose[], a: number, b: number, edge: "opens" | "closes"): number {
	return Temporal.Instant.compare((doses[a] as ExpectedDose)[edge], (doses[b] as ExpectedDose)[edge]) || a - b;
}
