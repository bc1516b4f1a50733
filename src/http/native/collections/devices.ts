import { DeviceConnections } from "../../../tables/device-connections.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/devices`: connected devices. */
export const devices: Collection = {
	path: "devices",
	entity: DeviceConnections,
	title: "connected device",
	rights: { patient: everything, therapist: everything, admin: everything },
	hidden: ["accessToken", "refreshToken"],
	readOnly: ["tokenExpiry", "lastSyncAt"],
	fixed: ["deviceType"],
};
