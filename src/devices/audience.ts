import { serverCaller } from "../access/caller.ts";
import { saveAudience } from "../store/devices/handshakes.ts";
import type { DeviceParts } from "./parts.ts";
import { vendors } from "./vendors/all.ts";

/** Tells the database who may see each vendor's data (DEVICE_<VENDOR>_AUDIENCE); it holds for what is here and for what comes. */
export async function applyAudiences(parts: Pick<DeviceParts, "database" | "vendors">): Promise<void> {
	await parts.database.write(serverCaller, async (tx) => {
		for (const { name } of Object.values(vendors)) await saveAudience(tx, name, parts.vendors[name].audience);
	});
}
