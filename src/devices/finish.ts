import { serverCaller } from "../access/caller.ts";
import { type ConnectionRow, saveConnectionState } from "../store/devices/connections.ts";
import { insertRows, updateRows } from "../store/rows.ts";
import { Alerts } from "../tables/alerts.ts";
import { DeviceConnections } from "../tables/device-connections.ts";
import { frequencyMilliseconds } from "./connection.ts";
import type { DeviceParts } from "./parts.ts";
import type { Run } from "./run.ts";
import { writeLog } from "./sync-log.ts";
import type { VendorTrouble } from "./trouble.ts";
import { vendors } from "./vendors/all.ts";

/** How an attempt ended. */
export interface Outcome {
	readonly status: "success" | "failed";
	readonly recordsSynced: number;
	readonly errorMessage: string | null;
	/** Epoch milliseconds of the next attempt by itself; null for none. */
	readonly nextAt: number | null;
}

/** Shortest and longest wait after failures; milliseconds. */
const firstPause = 5 * 60_000;
const longestPause = 6 * 60 * 60_000;

/**
 * Writes how an attempt ended, in one transaction: the log, the connection's health, when to try next; and where the vendor refuses the access
 * for good, that the person must connect again, of which they are told once. One record that was fetched says nothing of how the lists are, nor
 * does it take the place of the next pull of them.
 *
 * @param run what has the connection until then
 */
export async function finish(
	parts: DeviceParts,
	connection: ConnectionRow,
	syncLogId: number,
	leftOut: readonly string[],
	troubles: readonly VendorTrouble[],
	{ run, isOneRecord = false }: { readonly run?: Pick<Run, "release">; readonly isOneRecord?: boolean } = {},
): Promise<Outcome> {
	const now = parts.now();
	const [trouble] = troubles;
	const failures = trouble === undefined ? 0 : connection.failures + 1;
	const nextAt = next(parts, connection, trouble, failures);
	const ended = {
		status: trouble === undefined ? ("success" as const) : ("failed" as const),
		errorMessage: wordsFor(troubles, leftOut),
	};
	const at = new Date(now).toISOString();
	return parts.database.write(serverCaller, async (tx) => {
		await run?.release(tx);
		const recordsSynced = await writeLog(tx, syncLogId, { ...ended, syncCompletedAt: at });
		const outcome: Outcome = { ...ended, recordsSynced, nextAt };
		if (trouble?.what === "stopped") {
			// Somebody else goes on, or this server's successor.
			if (trouble.until !== undefined)
				await saveConnectionState(tx, connection.id, { nextSyncAt: new Date(trouble.until).toISOString() });
			return outcome;
		}
		const reconnect = trouble?.what === "reconnect";
		if (!isOneRecord || reconnect) {
			await saveConnectionState(tx, connection.id, {
				failures,
				lastError: trouble === undefined ? null : ended.errorMessage,
				nextSyncAt: nextAt === null ? null : new Date(nextAt).toISOString(),
				...(reconnect ? { state: "reconnect" as const } : {}),
			});
		}
		if (trouble === undefined)
			await updateRows(tx, DeviceConnections, [{ id: connection.id, changes: { lastSyncAt: at } }]);
		if (reconnect && connection.state !== "reconnect") {
			await updateRows(tx, DeviceConnections, [{ id: connection.id, changes: { isActive: false } }]);
			await insertRows(tx, Alerts, [reconnectAlert(connection, trouble)]);
		}
		return outcome;
	});
}

/** When to try by itself: as often as the person wants, later after failures, when a limit allows, never without access. */
function next(
	{ now: clock, random }: Pick<DeviceParts, "now" | "random">,
	connection: ConnectionRow,
	trouble: VendorTrouble | undefined,
	failures: number,
): number | null {
	const now = clock();
	const every = frequencyMilliseconds(connection.syncFrequency);
	if (trouble?.what === "reconnect") return null;
	if (trouble?.what === "stopped" && trouble.until !== undefined) return trouble.until;
	if (every === undefined) return null;
	// Spread, so that what began together does not stay together.
	const jitter = 0.9 + random() * 0.2;
	if (trouble === undefined) return now + every * jitter;
	// All at once: turns are handed out one by one (due.ts), and whoever would come later would come last.
	if (trouble.until !== undefined) return trouble.until;
	return now + Math.min(longestPause, firstPause * 2 ** Math.min(10, failures - 1)) * jitter;
}

function wordsFor(troubles: readonly VendorTrouble[], leftOut: readonly string[]): string | null {
	const parts = troubles.map(({ message }) => message);
	if (leftOut.length > 0) parts.push(`left out: ${leftOut.slice(0, 5).join("; ")}${leftOut.length > 5 ? "; …" : ""}`);
	return parts.length === 0 ? null : parts.join("; ");
}

function reconnectAlert(connection: ConnectionRow, trouble: VendorTrouble) {
	const { title } = vendors[connection.deviceType];
	return {
		userId: connection.userId,
		type: "device",
		severity: "low",
		title: `Connect ${title} again`,
		message: `${trouble.message}. Nothing new comes from ${title} until you connect it again.`,
		isResolved: false,
		notified: false,
	};
}
