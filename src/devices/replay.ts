import { type Caller, serverCaller } from "../access/caller.ts";
import { connectionById } from "../store/devices/connections.ts";
import { payloadsAfter } from "../store/devices/records.ts";
import { contextOf } from "./connection.ts";
import { type DeviceParts, placeOfPayload } from "./parts.ts";
import { storeMeasures } from "./store-measures.ts";
import { vendors } from "./vendors/all.ts";

/** Payloads read again at a time. */
const atOnce = 200;

/**
 * Reads every kept payload of a connection again, with the code as it is now, as if the vendor had just told it: what was misread changes, with
 * history; what was read rightly stays as it is, and a person's own edits stay as with any pull.
 *
 * @returns rows that changed, and payloads read
 */
export async function replay(
	parts: Pick<DeviceParts, "database" | "sealer" | "now" | "note">,
	connectionId: number,
): Promise<{ payloads: number; changed: number }> {
	const connection = await parts.database.read(serverCaller, (tx) => connectionById(tx, connectionId));
	const done = { payloads: 0, changed: 0 };
	if (connection === undefined) return done;
	const vendor = vendors[connection.deviceType];
	const owner: Caller = {
		role: "person",
		userId: connection.userId,
		personRole: "patient",
		actor: `device:${connectionId}`,
	};
	// The payloads are kept already.
	const reading = { ...parts, keepPayloadsDays: 0 };
	for (let after = 0; ; ) {
		const from = after;
		const kept = await parts.database.read(serverCaller, (tx) => payloadsAfter(tx, connectionId, from, atOnce));
		for (const [feed, group] of Map.groupBy(kept, ({ feed }) => feed)) {
			const records = group.flatMap(({ sealed }) => {
				const raw: unknown = JSON.parse(parts.sealer.open(sealed, placeOfPayload(connectionId, feed)));
				return raw === null ? [] : vendor.replay(feed, raw, contextOf(connection));
			});
			const source = { connectionId, userId: connection.userId, vendor: vendor.name, feed, syncLogId: null };
			const { changed } = await parts.database.write(owner, (tx) =>
				storeMeasures(tx, reading, source, records, "whole"),
			);
			done.changed += changed;
		}
		done.payloads += kept.length;
		const last = kept.at(-1);
		if (last === undefined || kept.length < atOnce) return done;
		after = last.id;
	}
}
