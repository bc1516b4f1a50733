import type { Transaction } from "../store/database.ts";
import { type ConnectionHealthRow, connectionHealth } from "../store/devices/health.ts";
import type { RowValues } from "../store/rows.ts";
import { frequencyMilliseconds } from "./connection.ts";

/** How a connection is, so that "nothing happened" and "nothing arrived" are different things. */
export interface ConnectionHealth extends Omit<ConnectionHealthRow, "state" | "complete"> {
	readonly state: "connected" | "reconnect" | "disconnected";
	/** Its data are as new as they should be: the last good sync is not longer ago than two intervals. */
	readonly isFresh: boolean;
	readonly lastSyncAt: string | null;
	/** What is known to be complete, list by list. Outside, nothing here does not mean nothing there. */
	readonly complete: readonly { readonly feed: string; readonly from: string | null; readonly until: string | null }[];
}

/** The health of a connection, as whoever may see it may know it. */
export async function healthOf(tx: Transaction, row: RowValues, now: number): Promise<ConnectionHealth> {
	const known: ConnectionHealthRow = await connectionHealth(tx, row.id as number, row.deviceType as string);
	const lastSyncAt = row.lastSyncAt as string | null;
	const every = frequencyMilliseconds(row.syncFrequency as string | null) ?? 24 * 60 * 60_000;
	const { complete, ...rest } = known;
	return {
		...rest,
		state: known.state ?? "disconnected",
		isFresh: lastSyncAt !== null && now - Date.parse(lastSyncAt) <= 2 * every,
		lastSyncAt,
		complete: JSON.parse(complete) as ConnectionHealth["complete"],
	};
}
