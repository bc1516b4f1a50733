import { DeviceConnections } from "../../../tables/device-connections.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/devices`: device connections. */
export const devices: Collection = {
	path: "devices",
	entity: DeviceConnections,
	one: "device connection",
	many: "device connections",
	hidden: ["accessToken", "refreshToken"],
	addedElsewhere: true,
	derive: "device",
	// A sync is no new version of its connection (migration 0024), but `lastSyncAt` tells of it.
	movesUnversioned: true,
};
