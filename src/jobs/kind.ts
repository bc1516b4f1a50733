/** A kind of background work: what its jobs carry, and how they are tried. The work itself is a {@link Task}. */
export interface JobKind<Data extends object> {
	/** Lower case with hyphens; the database remembers it. */
	readonly name: string;
	/** When a job falls due by itself: a cron expression in UTC (node-schedule; six fields begin with seconds). Its data are empty. */
	readonly schedule?: string;
	/** How often a job is tried before it goes to the dead letters. Default: 5 */
	readonly attempts?: number;
	/** Before the second try; doubled for each further one, with some chance in it. Default: 30 */
	readonly retrySeconds?: number;
	/** Longest wait between two tries. Default: 3600 */
	readonly longestRetrySeconds?: number;
	/** A job that runs longer counts as failed. Default: 900 */
	readonly timeLimitSeconds?: number;
	/** How many jobs of this kind a server runs at once. Default: 1 */
	readonly concurrency?: number;
	/**
	 * What becomes of a job while there is another of the same kind and key (jobs without a key have the same one). "exclusive": nothing,
	 * if the other waits or runs. "stately": nothing, if the other waits; one may wait while one runs. Default: it waits, too.
	 */
	readonly policy?: "exclusive" | "stately";
	/** Only for the compiler: what the jobs carry. */
	readonly data?: Data;
}

/** One try of a job. */
export interface Attempt {
	/** Stays the same from try to try. */
	readonly id: string;
	/** 1 for the first. */
	readonly number: number;
	/** No further try follows if this one fails. */
	readonly isLast: boolean;
	/** Aborted when the server stops, or when somebody else has the job by now: to leave at the next safe point. */
	readonly signal: AbortSignal;
}

/** A kind of work with what does it. */
export interface Task<Data extends object = object> {
	readonly kind: JobKind<Data>;
	/**
	 * Does one job. It may be done more than once (a server that dies after the work and before the queue knows), so it must be repeatable. What
	 * it throws is a failed try.
	 */
	run(data: Data, attempt: Attempt): Promise<void>;
}

/** A task from its kind and what does it. */
export function task<Data extends object>(kind: JobKind<Data>, run: Task<Data>["run"]): Task {
	// The queue hands each task the data that were added under its own kind.
	return { kind, run: run as Task["run"] };
}
