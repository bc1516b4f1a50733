import { serverCaller } from "../access/caller.ts";
import type { Transaction } from "../store/database.ts";
import { claimDueConnections } from "../store/devices/connections.ts";
import { leastShare } from "./budget.ts";
import type { DeviceParts } from "./parts.ts";

/** Most connections handed out in one transaction. */
const atOnce = 500;

/** When a connection that was handed out is due again, should its pull never end; milliseconds. */
const again = 60 * 60_000;

/** Hands every connection whose time has come to `add`, within the transaction that takes it: each once, however many servers tick. */
export async function handOutDue(
	parts: Pick<DeviceParts, "database" | "now">,
	add: (tx: Transaction, connectionIds: readonly number[]) => Promise<unknown>,
): Promise<number> {
	const now = parts.now();
	for (let total = 0; ; ) {
		const count = await parts.database.write(serverCaller, async (tx) => {
			const ids = await claimDueConnections(tx, {
				now: new Date(now).toISOString(),
				again: new Date(now + again).toISOString(),
				limit: atOnce,
				requestsATurn: leastShare,
			});
			if (ids.length > 0) await add(tx, ids);
			return ids.length;
		});
		total += count;
		if (count < atOnce) return total;
	}
}
