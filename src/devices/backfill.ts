import { serverCaller } from "../access/caller.ts";
import { type ConnectionRow, connectionById, saveConnectionState } from "../store/devices/connections.ts";
import { cursorOf } from "../store/devices/cursors.ts";
import { getRow } from "../store/rows.ts";
import { DeviceSyncLogs } from "../tables/device-sync-logs.ts";
import type { DeviceParts } from "./parts.ts";
import { troubleOf } from "./pull.ts";
import { beginRun, type Run } from "./run.ts";
import { beginLog, writeLog } from "./sync-log.ts";
import type { VendorTrouble } from "./trouble.ts";
import type { Feed } from "./vendor.ts";
import { vendors } from "./vendors/all.ts";
import { fetchDetails, positionOf, walk } from "./walk.ts";

/** How soon a backfill that met trouble goes on; milliseconds. */
const pause = 15 * 60_000;

/**
 * Gets what a vendor has from before the connection was made, window by window into the past, in as many turns as the vendor's limits want.
 * One log tells its progress over all turns; the pulls' cursors are left alone.
 *
 * @returns when to go on, in epoch milliseconds; undefined when there is nothing left to do
 */
export async function backfill(
	parts: DeviceParts,
	connectionId: number,
	signal?: AbortSignal,
): Promise<number | undefined> {
	const connection = await parts.database.read(serverCaller, (tx) => connectionById(tx, connectionId));
	if (connection === undefined || connection.state !== "connected" || connection.backfilled) return undefined;
	const feeds = vendors[connection.deviceType].feeds.filter((feed) => feed.backfill !== undefined);
	if (feeds.length === 0) return undefined;
	const syncLogId = await logOf(parts, connection);
	const run = await beginRun(parts, connectionId, { syncLogId, purpose: "backfill", signal });
	if (run === undefined) return parts.now() + 60_000;
	const tell = (status: "pending" | "success" | "failed", trouble?: VendorTrouble) =>
		parts.database.write(serverCaller, async (tx) => {
			await writeLog(tx, syncLogId, {
				status,
				errorMessage: trouble?.message ?? null,
				syncCompletedAt: status === "pending" ? null : new Date(parts.now()).toISOString(),
			});
			if (status !== "pending")
				await saveConnectionState(tx, connectionId, { backfilled: status === "success", backfillLogId: null });
		});
	try {
		for (const feed of feeds) await intoThePast(run, feed);
		await tell("success");
		return undefined;
	} catch (error) {
		const trouble = troubleOf(error, run);
		await tell(trouble.what === "reconnect" ? "failed" : "pending", trouble);
		return trouble.what === "reconnect" ? undefined : (trouble.until ?? parts.now() + pause);
	} finally {
		await run.end();
	}
}

async function intoThePast(run: Run, feed: Feed): Promise<void> {
	const { since, window: length } = feed.backfill ?? { since: "9999-01-01", window: 1 };
	const floor = Date.parse(since);
	for (;;) {
		const cursor = await run.read((tx) => cursorOf(tx, run.connection.id, feed.name));
		const to = cursor.completeFrom === null ? run.parts.now() : Date.parse(cursor.completeFrom);
		const putOff = positionOf(cursor.backfillPosition);
		if (putOff === undefined && to <= floor) break;
		const window = putOff?.window ?? { from: Math.max(floor, to - length), to };
		const completeFrom = new Date(window.from).toISOString();
		await walk(
			run,
			feed,
			{ window, request: putOff?.request, pass: putOff?.pass ?? 0 },
			{ completeFrom },
			"backfillPosition",
		);
	}
	await fetchDetails(run, feed);
}

/** The log that tells the progress. */
async function logOf(parts: DeviceParts, connection: ConnectionRow): Promise<number> {
	return parts.database.write(serverCaller, async (tx) => {
		const known =
			connection.backfillLogId === null ? undefined : await getRow(tx, DeviceSyncLogs, connection.backfillLogId);
		if (known !== undefined) return known.id as number;
		const log = await beginLog(tx, connection.id, new Date(parts.now()).toISOString());
		await saveConnectionState(tx, connection.id, { backfillLogId: log.id as number });
		return log.id as number;
	});
}
