import { type Task, task } from "../kind.ts";

/**
 * Every ten minutes: deletes what is kept for a time and is past it (answers under an Idempotency-Key, sign-in tokens and attempts).
 *
 * @param parts - each forgets one sort of rows; all are tried, whichever fails
 */
export function forgetExpired(parts: readonly (() => Promise<void>)[]): Task {
	return task({ name: "forget-expired", schedule: "*/10 * * * *", policy: "exclusive" }, async () => {
		const failed = (await Promise.allSettled(parts.map((forget) => forget()))).find(
			({ status }) => status === "rejected",
		);
		if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
	});
}
