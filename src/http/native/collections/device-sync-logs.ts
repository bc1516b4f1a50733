import { DeviceSyncLogs } from "../../../tables/device-sync-logs.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/device-sync-logs`: device synchronisations. */
export const deviceSyncLogs: Collection = {
	path: "device-sync-logs",
	entity: DeviceSyncLogs,
	title: "device synchronisation",
	rights: { patient: readOnly, therapist: readOnly, admin: everything },
	mainTime: "syncStartedAt",
	fixed: ["deviceConnectionId"],
};
