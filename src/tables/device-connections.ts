import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, instant, json, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Connected fitness devices (Strava, Polar, Samsung Health). */
export const DeviceConnections = defineEntity({
	name: "DeviceConnections",
	tableName: "device_connections",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		deviceType: p.enum(["strava", "polar", "samsung"]),
		deviceName: p.string().nullable(),
		accessToken: p.string().length(8192).nullable().hidden(), // OAuth access token (encrypted)
		refreshToken: p.string().length(8192).nullable().hidden(), // OAuth refresh token (encrypted)
		tokenExpiry: instant().nullable(),
		isActive: p.boolean().nullable(),
		lastSyncAt: instant().nullable(),
		syncFrequency: p.string().nullable(),
		settings: json().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_devices_user", properties: ["userId"] },
		{ name: "idx_devices_type_active", properties: ["deviceType", "isActive"] },
	],
	policies: owned("device_connections"),
	rowLevelSecurity: true,
});
