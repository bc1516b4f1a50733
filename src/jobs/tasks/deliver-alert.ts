import { type JobKind, type Task, task } from "../kind.ts";

/** Sends one message about an alert; tried for about half a day. */
export const deliverAlert: JobKind<{ readonly deliveryId: number }> = {
	name: "deliver-alert",
	attempts: 14,
	retrySeconds: 15,
	longestRetrySeconds: 2 * 3600,
	timeLimitSeconds: 120,
	concurrency: 2,
};

/** @param deliver - one try */
export function deliverAlertTask(
	deliver: (deliveryId: number, isLast: boolean, signal: AbortSignal) => Promise<void>,
): Task {
	return task(deliverAlert, ({ deliveryId }, { isLast, signal }) => deliver(deliveryId, isLast, signal));
}
