import type { JobWithMetadata } from "pg-boss";
import type { Task } from "./kind.ts";
import { type JobLog, nameOf, type ObserveJob } from "./report.ts";

/** What a worker tells, and when it is to end. */
export interface WorkerParts {
	readonly log: JobLog;
	readonly observe: ObserveJob;
	readonly stopping: AbortSignal;
}

/** Does one try of a job. What a task throws is told by its name only, and kept so by the queue. */
export function worker({ kind, run }: Task, { log, observe, stopping }: WorkerParts) {
	return async (job: JobWithMetadata): Promise<void> => {
		const started = performance.now();
		const seconds = () => (performance.now() - started) / 1000;
		const attempt = {
			id: job.id,
			number: job.retryCount + 1,
			isLast: job.retryCount >= job.retryLimit,
			signal: AbortSignal.any([job.signal, stopping]),
		};
		try {
			await run(job.data ?? {}, attempt);
		} catch (error) {
			const told = { job: kind.name, id: job.id, attempt: attempt.number, error: nameOf(error) };
			log.warn(told, "a job failed");
			observe({ kind: kind.name, outcome: "failed", seconds: seconds() });
			throw new Error(nameOf(error));
		}
		log.debug({ job: kind.name, id: job.id, seconds: seconds() }, "a job is done");
		observe({ kind: kind.name, outcome: "done", seconds: seconds() });
	};
}

/** Tells of a job that was given up; with its data and last error it stays in the queue `dead-letter` for 30 days. */
export function deadLetter({ log, observe }: WorkerParts) {
	return async ({ sourceName, sourceId, sourceRetryCount }: JobWithMetadata): Promise<void> => {
		const kind = sourceName ?? "";
		log.error({ job: kind, id: sourceId, attempts: (sourceRetryCount ?? 0) + 1 }, "a job was given up");
		observe({ kind, outcome: "dead", seconds: 0 });
	};
}
