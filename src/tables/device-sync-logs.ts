import { defineEntity, p } from "@mikro-orm/core";
import { atLeast } from "./checks.ts";
import { currentInstant, id, instant, references, version } from "./column-types.ts";
import { DeviceConnections } from "./device-connections.ts";
import { via } from "./policies.ts";

/** Logs of device data synchronization attempts. */
export const DeviceSyncLogs = defineEntity({
	name: "DeviceSyncLogs",
	tableName: "device_sync_logs",
	properties: {
		id: id(),
		deviceConnectionId: references(() => DeviceConnections, "device_connection_id"),
		syncStartedAt: instant(),
		syncCompletedAt: instant().nullable(),
		status: p.enum(["pending", "success", "failed"]).nullable(),
		recordsSynced: p.integer().nullable(),
		errorMessage: p.text().nullable(),
		createdAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{
			name: "idx_device_sync_logs_connection",
			properties: ["deviceConnectionId", "syncStartedAt"],
			columns: [{ name: "device_connection_id" }, { name: "sync_started_at", sort: "desc" }],
		},
		{ name: "idx_device_sync_logs_pending", properties: ["deviceConnectionId"], where: "status = 'pending'" },
	],
	checks: [atLeast("device_sync_logs", "records_synced", 0)],
	policies: via("device_sync_logs", "device_connections", "device_connection_id"),
	rowLevelSecurity: true,
});
