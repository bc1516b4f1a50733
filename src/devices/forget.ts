import { serverCaller } from "../access/caller.ts";
import { forgetEvents } from "../store/devices/handshakes.ts";
import { forgetPayloads } from "../store/devices/records.ts";
import type { DeviceParts } from "./parts.ts";

/** Drops kept payloads whose time is over, and events that nobody sends again. */
export async function forgetDeviceLeftovers(parts: Pick<DeviceParts, "database" | "now">): Promise<void> {
	await parts.database.write(serverCaller, async (tx) => {
		await forgetPayloads(tx, new Date(parts.now()).toISOString());
		await forgetEvents(tx);
	});
}
