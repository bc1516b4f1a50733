import { type JobKind, type Task, task } from "../kind.ts";

/** A pull of one connection: all that is new, or what an event told of. */
export const syncDevice: JobKind<{ connectionId: number; syncLogId: number | null; errand: object | null }> = {
	name: "sync-device",
	attempts: 4,
	retrySeconds: 60,
	timeLimitSeconds: 1800,
	concurrency: 4,
};

/** One turn of getting what a vendor has from before. */
export const backfillDevice: JobKind<{ connectionId: number }> = {
	name: "backfill-device",
	attempts: 4,
	retrySeconds: 300,
	timeLimitSeconds: 1800,
	concurrency: 1,
};

/** What the tasks of devices need. */
export interface DeviceWork {
	pull(connectionId: number, syncLogId: number | null, errand: object | null, signal: AbortSignal): Promise<void>;
	/** Gives the seconds after which to go on; undefined when there is nothing left. */
	backfill(connectionId: number, signal: AbortSignal): Promise<number | undefined>;
	/** Adds jobs for whichever connections are due. */
	handOutDue(): Promise<void>;
	goOn(connectionId: number, afterSeconds: number): Promise<void>;
	/** Has vendors send their events here. */
	subscribe(): Promise<void>;
	/** Takes access back at vendors that was dropped here. */
	revoke(signal: AbortSignal): Promise<void>;
}

/** Pulls on schedule and on demand, backfills in turns, subscriptions to vendors' events, access taken back. */
export function deviceTasks(work: DeviceWork): Task[] {
	return [
		task({ name: "pull-due-devices", schedule: "* * * * *", policy: "exclusive" }, () => work.handOutDue()),
		task({ name: "subscribe-to-vendors", schedule: "17 * * * *", policy: "exclusive" }, () => work.subscribe()),
		task({ name: "revoke-at-vendors", schedule: "30 * * * * *", policy: "exclusive" }, (_, { signal }) =>
			work.revoke(signal),
		),
		task(syncDevice, ({ connectionId, syncLogId, errand }, { signal }) =>
			work.pull(connectionId, syncLogId, errand, signal),
		),
		task(backfillDevice, async ({ connectionId }, { signal }) => {
			const after = await work.backfill(connectionId, signal);
			if (after !== undefined) await work.goOn(connectionId, after);
		}),
	];
}
