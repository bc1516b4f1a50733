import type { Chunk } from "./chunk.ts";
import { timeAt } from "./days.ts";
import { enteredAt, hasPassed, type Person } from "./person.ts";

const vendors = [
	{ deviceType: "samsung", deviceName: "Galaxy Watch", settings: { mode: "push" } },
	{ deviceType: "polar", deviceName: "Polar Vantage", settings: {} },
	{ deviceType: "strava", deviceName: "Strava", settings: {} },
] as const;

/**
 * Adds one or two device connections with a sync log a day. There are no tokens, so only Samsung's, to which the phone
 * pushes, is active; the others read as disconnected until somebody connects them.
 */
export function addDevices(chunk: Chunk, person: Person, position: number): void {
	const random = person.random.fork("devices");
	for (let at = 0; at <= position % 2; at++) {
		const vendor = vendors[(position + at) % vendors.length] ?? vendors[0];
		const isActive = vendor.deviceType === "samsung";
		const times = person.days
			.filter((day) => hasPassed(person, day, 6 * 60 + 30))
			.map((day) => timeAt(day, 6 * 60 + random.int(0, 20)));
		const synced = isActive ? times : times.slice(0, Math.ceil(times.length * 0.8));
		const [first = person.now.toISOString()] = synced;
		const lastSyncAt = synced.at(-1) ?? null;
		const deviceConnectionId = chunk.add("device_connections", {
			userId: person.userId,
			...vendor,
			accessToken: null,
			refreshToken: null,
			tokenExpiry: null,
			isActive,
			lastSyncAt,
			syncFrequency: "daily",
			createdAt: enteredAt(person, first).createdAt,
			updatedAt: enteredAt(person, lastSyncAt ?? first).updatedAt,
		});
		for (const syncStartedAt of synced) {
			const hasFailed = random.chance(0.03);
			chunk.add("device_sync_logs", {
				deviceConnectionId,
				syncStartedAt,
				syncCompletedAt: new Date(Date.parse(syncStartedAt) + random.int(800, 9000)).toISOString(),
				status: hasFailed ? "failed" : "success",
				recordsSynced: hasFailed ? 0 : random.int(1, 14),
				errorMessage: hasFailed ? "The vendor's server did not answer in time" : null,
				createdAt: syncStartedAt,
			});
		}
	}
}
