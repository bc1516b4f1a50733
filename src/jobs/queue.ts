import { setTimeout as sleep } from "node:timers/promises";
import type { JobWithMetadata } from "pg-boss";
import { PgBoss } from "pg-boss";
import type { Transaction } from "../store/database.ts";
import { type QueueConnection, queueWithin } from "../store/queue-connection.ts";
import type { JobKind, Task } from "./kind.ts";
import { deadLetterQueue, ensureDeadLetters, ensureQueue } from "./queue-settings.ts";
import { type JobLog, type ObserveJob, toldErrors } from "./report.ts";
import { everyTick, type Ticks } from "./schedule.ts";
import { deadLetter, worker } from "./worker.ts";

/** Background work, each piece done once however many servers run. */
export interface Queue {
	/**
	 * Adds jobs. Within a transaction they are there if and only if it commits.
	 *
	 * @returns how many were added: fewer where the kind's policy or an id that was there already says so
	 */
	add<Data extends object>(kind: JobKind<Data>, jobs: readonly NewJob<Data>[], tx?: Transaction): Promise<number>;
	/** Begins to tick and to work. */
	start(tasks: readonly Task[]): Promise<void>;
	/** Takes no more jobs and lets those under way finish; what has not ended after the time is left to another try. May be called again. */
	stop(graceSeconds: number): Promise<void>;
}

/** A job to be added. */
export interface NewJob<Data extends object> {
	/** JSON, and never anybody's personal data: ids. */
	readonly data: Data;
	/** Whose policy it falls under. */
	readonly key?: string;
	/** A UUID: a job of this id is added once only. */
	readonly id?: string;
	/** Not before so many seconds from now. Default: 0 */
	readonly afterSeconds?: number;
}

/** What {@link openQueue} needs. */
export interface QueueParts {
	readonly connection: QueueConnection;
	readonly log: JobLog;
	/** Hears how each job ended, for metrics. */
	readonly observe?: ObserveJob;
	/** How often to look for jobs that nobody gives notice of: those that are tried again, and those of servers that died. Default: 10 */
	readonly lookEverySeconds?: number;
}

/** Between two tries of what the database would not do at the start, in milliseconds. */
const longestPause = 10_000;

/** Opens nothing yet. */
export function openQueue({ connection, log, observe = () => undefined, lookEverySeconds = 10 }: QueueParts): Queue {
	const boss = new PgBoss({
		db: connection,
		schema: "jobs",
		// The schema is made by migrations, as its owner; the server may only use it.
		migrate: false,
		createSchema: false,
		schedule: false,
		reindex: false,
		monitorVacuum: false,
		registerInstance: false,
		useListenNotify: true,
		superviseIntervalSeconds: Math.ceil(lookEverySeconds),
		monitorIntervalSeconds: Math.ceil(lookEverySeconds),
	});
	const told = toldErrors(log);
	boss.on("error", told.error);
	boss.on("warning", told.warning);
	const stopping = new AbortController();
	const ticks: Ticks[] = [];
	const kinds = new Map<string, Promise<void>>();
	let begun: Promise<void> | undefined;
	let ended: Promise<void> | undefined;

	const ensured = (kind: JobKind<object>): Promise<void> => {
		const known = kinds.get(kind.name);
		if (known !== undefined) return known;
		const made = ensureQueue(boss, kind);
		kinds.set(kind.name, made);
		made.catch(() => kinds.delete(kind.name));
		return made;
	};

	const add: Queue["add"] = async (kind, jobs, tx) => {
		if (jobs.length === 0) return 0;
		await ensured(kind);
		const ids = await boss.insert(
			kind.name,
			jobs.map(({ data, key, id, afterSeconds }) => ({
				data,
				...(key === undefined ? {} : { singletonKey: key }),
				...(id === undefined ? {} : { id }),
				...(afterSeconds === undefined ? {} : { startAfter: afterSeconds }),
			})),
			{ returnId: true, ...(tx === undefined ? {} : { db: queueWithin(tx) }) },
		);
		return ids?.length ?? 0;
	};

	/** One hand: does one job after the other while there are any, then waits for a notice or the next look. */
	async function workOn(name: string, work: (job: JobWithMetadata) => Promise<void>): Promise<void> {
		const looking = { pollingIntervalSeconds: lookEverySeconds, notifyPollingIntervalSeconds: lookEverySeconds };
		const hand: string = await boss.work(name, { includeMetadata: true, ...looking }, async ([job]) => {
			// By itself it would wait before it looks for a next one.
			boss.notifyWorker(hand);
			await work(job as JobWithMetadata);
		});
	}

	/** A database that is away for a moment must not leave kinds of work without hands for as long as the server runs. */
	async function untilDone(step: () => Promise<void>): Promise<void> {
		for (let pause = 100; ; pause = Math.min(pause * 2, longestPause)) {
			try {
				return await step();
			} catch (error) {
				if (stopping.signal.aborted) throw error;
				told.error(error);
				await sleep(pause, undefined, { signal: stopping.signal });
			}
		}
	}

	async function start(tasks: readonly Task[]): Promise<void> {
		await untilDone(async () => void (await boss.start()));
		const parts = { log, observe, stopping: stopping.signal };
		await untilDone(() => ensureDeadLetters(boss));
		await untilDone(() => workOn(deadLetterQueue, deadLetter(parts)));
		for (const each of tasks) {
			const { kind } = each;
			await untilDone(() => ensured(kind));
			for (let hand = 0; hand < (kind.concurrency ?? 1); hand++) {
				await untilDone(() => workOn(kind.name, worker(each, parts)));
			}
			if (kind.schedule === undefined || stopping.signal.aborted) continue;
			const due = (id: string) => void add(kind, [{ data: {}, id }]).catch(told.error);
			ticks.push(everyTick(kind.name, kind.schedule, due));
		}
	}

	return {
		add,
		start(tasks) {
			begun ??= start(tasks).catch((error: unknown) => {
				// It was told to stop while it tried again.
				if (!stopping.signal.aborted) throw error;
			});
			return begun;
		},
		stop(graceSeconds) {
			stopping.abort();
			for (const tick of ticks) tick.stop();
			ended ??= Promise.resolve(begun)
				.catch(() => undefined)
				.then(() => boss.stop({ graceful: true, timeout: graceSeconds * 1000 }))
				.catch(told.error);
			return ended;
		},
	};
}
