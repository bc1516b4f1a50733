import { type Attempt, type JobKind, type Task, task } from "../kind.ts";

/** Makes one bulk export. Servers that stop or die in the middle leave it to the next try, which begins anew. */
export const runExport: JobKind<{ readonly exportId: string }> = {
	name: "run-export",
	attempts: 10,
	retrySeconds: 5,
	longestRetrySeconds: 300,
	timeLimitSeconds: 6 * 3600,
	concurrency: 2,
};

/** @param run - one try */
export function runExportTask(
	run: (exportId: string, attempt: Pick<Attempt, "isLast" | "signal">) => Promise<void>,
): Task {
	return task(runExport, ({ exportId }, attempt) => run(exportId, attempt));
}
