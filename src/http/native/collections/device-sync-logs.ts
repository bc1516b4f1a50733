import { DeviceSyncLogs } from "../../../tables/device-sync-logs.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/device-sync-logs`: device sync logs. */
export const deviceSyncLogs: Collection = {
	path: "device-sync-logs",
	entity: DeviceSyncLogs,
	one: "device sync log",
	many: "device sync logs",
	mainTime: "syncStartedAt",
};
