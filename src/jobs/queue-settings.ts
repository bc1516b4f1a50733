import type { PgBoss, Queue } from "pg-boss";
import type { JobKind } from "./kind.ts";

/** Where jobs go that no try could do. */
export const deadLetterQueue = "dead-letter";

/** A job whose server has not been heard of for so long goes to another. */
const heartbeatSeconds = 30;

const daySeconds = 24 * 60 * 60;

/** Makes the queue of a kind, or gives it the settings it has by now. */
export async function ensureQueue(boss: PgBoss, kind: JobKind<object>): Promise<void> {
	await ensureDeadLetters(boss);
	const { attempts = 5, retrySeconds = 30, longestRetrySeconds = 3600, timeLimitSeconds = 900, policy } = kind;
	await makeQueue(boss, kind.name, policy === undefined ? {} : { policy }, {
		deadLetter: deadLetterQueue,
		notify: true,
		retryLimit: attempts - 1,
		retryDelay: retrySeconds,
		retryBackoff: true,
		retryDelayMax: longestRetrySeconds,
		expireInSeconds: timeLimitSeconds,
		heartbeatSeconds,
		// How long a job is remembered when it is done, and so its id not taken again.
		deleteAfterSeconds: daySeconds,
	});
}

/** Makes the queue of what was given up. */
export function ensureDeadLetters(boss: PgBoss): Promise<void> {
	return makeQueue(boss, deadLetterQueue, {}, { notify: true, deleteAfterSeconds: 30 * daySeconds });
}

/** Making does nothing where the queue is there; what may change is set then. */
async function makeQueue(
	boss: PgBoss,
	name: string,
	fixed: Pick<Queue, "policy">,
	settings: Omit<Queue, "name" | "policy">,
): Promise<void> {
	await boss.createQueue(name, { ...fixed, ...settings });
	await boss.updateQueue(name, settings);
}
