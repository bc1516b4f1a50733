/** One stage of a night, as any vendor tells it. */
export interface SleepStage {
	/** Epoch milliseconds. */
	readonly from: number;
	readonly to: number;
	readonly awake: boolean;
}

/** What the stages of a night say: seconds asleep, and how often the sleeper woke up in between. Undefined without stages. */
export function readStages(
	stages: readonly SleepStage[],
): { asleepSeconds: number; interruptions: number } | undefined {
	const known = stages.filter(({ from, to }) => to > from).sort((one, other) => one.from - other.from);
	if (known.length === 0) return undefined;
	const asleep = known.map(({ awake }) => !awake);
	const within = known.slice(Math.max(0, asleep.indexOf(true)), asleep.lastIndexOf(true) + 1);
	return {
		asleepSeconds: known.reduce((sum, { from, to, awake }) => sum + (awake ? 0 : (to - from) / 1000), 0),
		interruptions: within.filter(({ awake }, at) => awake && within[at - 1]?.awake === false).length,
	};
}

/** A score from 1 to 100 as quality from 1 to 5: a fifth each (a rule of ours). */
export function qualityOfScore(score: number | undefined): number | undefined {
	return score === undefined || score <= 0 ? undefined : Math.min(5, Math.ceil(score / 20));
}
