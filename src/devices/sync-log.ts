import type { Transaction } from "../store/database.ts";
import { insertRows, type RowValues, updateRows } from "../store/rows.ts";
import { DeviceSyncLogs } from "../tables/device-sync-logs.ts";

/** Begins the log of an attempt. @param startedAt ISO */
export async function beginLog(tx: Transaction, connectionId: number, startedAt: string): Promise<RowValues> {
	const row = { deviceConnectionId: connectionId, syncStartedAt: startedAt, status: "pending", recordsSynced: 0 };
	const [inserted] = await insertRows(tx, DeviceSyncLogs, [row]);
	return inserted as RowValues;
}

/** How an attempt ended, or how far it is. */
export interface LogEntry {
	readonly status: "pending" | "success" | "failed";
	/** In words that hold no data; also for a success that left something out. */
	readonly errorMessage: string | null;
	/** ISO. */
	readonly syncCompletedAt: string | null;
}

/** Writes how it went; gives how many rows the attempt wrote, counted with each of its transactions (run.ts). */
export async function writeLog(tx: Transaction, id: number, entry: LogEntry): Promise<number> {
	const [row] = await updateRows(tx, DeviceSyncLogs, [{ id, changes: { ...entry } }]);
	return (row?.recordsSynced as number | null | undefined) ?? 0;
}
