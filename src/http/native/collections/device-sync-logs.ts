import { DeviceSyncLogs } from "../../../tables/device-sync-logs.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/device-sync-logs`: device sync logs. */
export const deviceSyncLogs: Collection = {
	path: "device-sync-logs",
	entity: DeviceSyncLogs,
	one: "device sync log",
	many: "device sync logs",
	rights: { patient: readOnly, therapist: readOnly, admin: everything },
	mainTime: "syncStartedAt",
	fixed: ["deviceConnectionId"],
};
