import { DeviceConnections } from "../../../tables/device-connections.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/devices`: device connections. */
export const devices: Collection = {
	path: "devices",
	entity: DeviceConnections,
	one: "device connection",
	many: "device connections",
	rights: { patient: everything, therapist: everything, admin: everything },
	hidden: ["accessToken", "refreshToken"],
	readOnly: ["tokenExpiry", "lastSyncAt"],
	fixed: ["deviceType"],
};
