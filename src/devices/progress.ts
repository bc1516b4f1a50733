import { hash } from "node:crypto";
import type { Transaction } from "../store/database.ts";
import { syncProgress } from "../store/devices/progress.ts";

/** One sync, as far as it has come. */
export interface SyncSoFar {
	/** device_sync_logs.id */
	readonly id: number;
	readonly status: "pending" | "success" | "failed" | null;
	readonly recordsSynced: number;
	readonly errorMessage: string | null;
	readonly syncStartedAt: string;
	readonly syncCompletedAt: string | null;
	/** It gets what the vendor has from before the connection was made. */
	readonly isBackfill: boolean;
}

/** How a connection's syncs go. */
export interface Progress {
	readonly userId: number;
	/** Of the whole: equal progress has an equal digest, whoever asks, on whichever server. */
	readonly digest: string;
	readonly isRunning: boolean;
	readonly isBackfilled: boolean;
	/** The newest first. */
	readonly syncs: readonly SyncSoFar[];
	/** What is known to be complete, list by list: a backfill moves `from` into the past. */
	readonly complete: readonly { readonly feed: string; readonly from: string | null; readonly until: string | null }[];
}

/** How a connection's syncs go at this moment, as the caller may see it; undefined where there is no such connection for them. */
export async function progressOf(tx: Transaction, connectionId: number): Promise<Progress | undefined> {
	const row = await syncProgress(tx, connectionId);
	if (row === undefined) return undefined;
	const syncs = JSON.parse(row.syncs) as SyncSoFar[];
	return {
		userId: row.userId,
		digest: hash("sha256", `${row.syncs}${row.complete}${row.isBackfilled}`, "base64url").slice(0, 22),
		isRunning: syncs.some(({ status }) => status === "pending"),
		isBackfilled: row.isBackfilled,
		syncs,
		complete: JSON.parse(row.complete) as Progress["complete"],
	};
}
