import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import { connectionById, endAbandonedLogs } from "../store/devices/connections.ts";
import { cursorOf } from "../store/devices/cursors.ts";
import { connectionHealth } from "../store/devices/health.ts";
import { getRow } from "../store/rows.ts";
import { DeviceSyncLogs } from "../tables/device-sync-logs.ts";
import { settingsOf } from "./connection.ts";
import { finish, type Outcome } from "./finish.ts";
import { CallFailure } from "./http-client.ts";
import type { DeviceParts } from "./parts.ts";
import { pullExport } from "./pull-export.ts";
import { beginRun, type Run } from "./run.ts";
import { beginLog } from "./sync-log.ts";
import { asTrouble, VendorTrouble } from "./trouble.ts";
import type { Errand, Feed, Window } from "./vendor.ts";
import { fetchDetails, fetchOne, positionOf, walk } from "./walk.ts";

/** How long to wait for another run over the same connection before giving up; milliseconds. */
const patienceMilliseconds = 60_000;

/** A log that is pending for so long belongs to an attempt that is no more; longer than a job may take. */
const abandonedMilliseconds = 60 * 60_000;

/** Lists that may hang before the others are not asked for: one may be slow, but not all. */
const mostTimeouts = 2;

/** Waits before one record is asked for again, doubled each time, and how often; milliseconds. */
const firstErrandPause = 60_000;
const longestErrandPause = 6 * 60 * 60_000;
const mostErrandFailures = 24;

/**
 * One attempt to get what is new from a connection, from lease to log. Nothing is thrown for trouble with the vendor: the log says it. What is
 * thrown is this server's own trouble (its database); the log then says "interrupted", or stays pending until the next attempt says so.
 *
 * @returns how it ended; and where it was to fetch one record and could not, when to try that again (epoch milliseconds): no list may tell of it
 */
export async function pull(
	parts: DeviceParts,
	connectionId: number,
	givenLogId: number | null,
	options: { errand?: Errand | undefined; signal?: AbortSignal } = {},
): Promise<Outcome & { readonly errandAt?: number | undefined }> {
	const { errand } = options;
	const connection = await parts.database.read(serverCaller, (tx) => connectionById(tx, connectionId));
	if (connection === undefined) throw new Failure("not-found", "There is no such connection");
	const done = givenLogId === null ? undefined : await outcomeOf(parts, connectionId, givenLogId);
	if (done !== undefined) return done;
	const syncLogId = await logFor(parts, connectionId, givenLogId);
	const run = await patiently(parts, () =>
		beginRun(parts, connectionId, { syncLogId, purpose: "pull", signal: options.signal }),
	);
	if (run === undefined) {
		const trouble = new VendorTrouble("stopped", "Another sync of this connection was under way");
		const outcome = await finish(parts, connection, syncLogId, [], [trouble]);
		return { ...outcome, errandAt: errandAt(parts, trouble, errand) };
	}
	try {
		const troubles = await attempt(run, errand);
		const isOneRecord = errand?.do === "fetch";
		const outcome = await finish(parts, run.connection, syncLogId, run.leftOut(), troubles, { run, isOneRecord });
		return { ...outcome, errandAt: errandAt(parts, troubles[0], errand) };
	} finally {
		await run.end();
	}
}

/** When to try again to fetch one record: as long as that may help, for three days at least. */
function errandAt(
	{ now }: Pick<DeviceParts, "now">,
	trouble: VendorTrouble | undefined,
	errand: Errand | undefined,
): number | undefined {
	if (errand?.do !== "fetch" || trouble === undefined || trouble.what === "reconnect") return undefined;
	const { failures = 0 } = errand;
	if (failures >= mostErrandFailures) return undefined;
	return Math.max(trouble.until ?? 0, now() + Math.min(longestErrandPause, firstErrandPause * 2 ** failures));
}

/** How an attempt ended whose log has ended: its job comes again where the server died before the queue knew. */
async function outcomeOf(parts: DeviceParts, connectionId: number, logId: number): Promise<Outcome | undefined> {
	return parts.database.read(serverCaller, async (tx) => {
		const log = await getRow(tx, DeviceSyncLogs, logId);
		if (log === undefined || log.status === "pending") return undefined;
		const { nextSyncAt } = await connectionHealth(tx, connectionId, "");
		return {
			status: log.status as Outcome["status"],
			recordsSynced: (log.recordsSynced as number | null) ?? 0,
			errorMessage: log.errorMessage as string | null,
			nextAt: nextSyncAt === null ? null : Date.parse(nextSyncAt),
		};
	});
}

/** The attempt's log: the one that was promised to somebody, or a new one. What died before is said to be dead. */
async function logFor(parts: DeviceParts, connectionId: number, given: number | null): Promise<number> {
	const now = parts.now();
	return parts.database.write(serverCaller, async (tx) => {
		await endAbandonedLogs(tx, connectionId, iso(now - abandonedMilliseconds), iso(now));
		return given ?? ((await beginLog(tx, connectionId, iso(now))).id as number);
	});
}

/** Does the errand; gives the troubles it met. */
async function attempt(run: Run, errand: Errand | undefined): Promise<VendorTrouble[]> {
	const { connection } = run;
	try {
		if (connection.state === "reconnect")
			throw new VendorTrouble("reconnect", `${run.vendor.title} refuses the access`);
		const mode = settingsOf(connection).mode;
		if (connection.deviceType === "samsung" && mode === "export") {
			await pullExport(run);
			return [];
		}
		if (connection.deviceType === "samsung" && mode !== "bridge") return [];
		if (errand?.do === "fetch") {
			const feed = run.vendor.feeds.find(({ name }) => name === errand.feed);
			if (feed !== undefined) await fetchOne(run, feed, errand.externalId);
			return [];
		}
	} catch (error) {
		return [troubleOf(error, run)];
	}
	return everyFeed(run);
}

/** Each feed by itself: one that has trouble does not keep the others from being pulled. */
async function everyFeed(run: Run): Promise<VendorTrouble[]> {
	const troubles: VendorTrouble[] = [];
	let timeouts = 0;
	for (const feed of run.vendor.feeds) {
		try {
			await pullFeed(run, feed);
		} catch (error) {
			const trouble = troubleOf(error, run);
			troubles.push(
				trouble.what === "later" ? new VendorTrouble("later", `${trouble.message} (${feed.name})`) : trouble,
			);
			// Whoever is refused, must wait or is replaced has nothing more to ask; and who hangs keeps others waiting, too.
			if (trouble.cause instanceof CallFailure && trouble.cause.trouble === "timeout") timeouts += 1;
			if (trouble.what !== "later" || timeouts >= mostTimeouts) break;
		}
	}
	return troubles;
}

async function pullFeed(run: Run, feed: Feed): Promise<void> {
	const now = run.parts.now();
	const cursor = await run.read((tx) => cursorOf(tx, run.connection.id, feed.name));
	const putOff = positionOf(cursor.pullPosition);
	if (putOff !== undefined) {
		await walk(run, feed, putOff, { completeUntil: iso(putOff.window.to) }, "pullPosition");
	}
	const since = putOff?.window.to ?? (cursor.completeUntil === null ? undefined : Date.parse(cursor.completeUntil));
	const from = since === undefined ? now - feed.firstWindow : Math.min(since, now) - feed.overlap;
	const begin = cursor.completeFrom === null ? { completeFrom: iso(from) } : {};
	for (const window of cut({ from, to: now }, feed.longestWindow)) {
		await walk(run, feed, { window, request: undefined }, { completeUntil: iso(window.to), ...begin }, "pullPosition");
	}
	await fetchDetails(run, feed);
}

/** A window in pieces a vendor allows, the oldest first. */
function cut({ from, to }: Window, longest: number | undefined): Window[] {
	if (longest === undefined || to - from <= longest) return [{ from, to }];
	return [{ from, to: from + longest }, ...cut({ from: from + longest, to }, longest)];
}

/** What a vendor or the way to it did. @throws whatever is this server's own trouble */
export function troubleOf(error: unknown, run: Run): VendorTrouble {
	const trouble = asTrouble(error, run.vendor.title);
	if (trouble instanceof VendorTrouble) return trouble;
	if (error instanceof Error && error.name === "AbortError")
		return new VendorTrouble("stopped", "The server stopped; going on later", { until: run.parts.now() });
	throw error;
}

async function patiently(parts: DeviceParts, begin: () => Promise<Run | undefined>): Promise<Run | undefined> {
	for (let waited = 0; ; waited += 500) {
		const run = await begin();
		if (run !== undefined || waited >= patienceMilliseconds) return run;
		await parts.sleep(500);
	}
}

function iso(milliseconds: number): string {
	return new Date(milliseconds).toISOString();
}
