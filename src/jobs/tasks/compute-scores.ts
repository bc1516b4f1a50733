import { type Task, task } from "../kind.ts";

/**
 * Every quarter of an hour, as midnight is at one of them everywhere: scores of the days that have ended somewhere, and of those about which
 * something came late.
 */
export function computeScores(
	compute: readonly ((now: Temporal.Instant, signal: AbortSignal) => Promise<void>)[],
): Task {
	const kind = {
		name: "compute-scores",
		schedule: "3,18,33,48 * * * *",
		policy: "exclusive",
		timeLimitSeconds: 3600,
	} as const;
	return task(kind, async (_, { signal }) => {
		for (const each of compute) await each(Temporal.Now.instant(), signal);
	});
}
