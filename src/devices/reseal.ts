import { serverCaller } from "../access/caller.ts";
import type { Sealer } from "../secrets/sealer.ts";
import type { Database } from "../store/database.ts";
import { type ConnectionRow, saveConnectionState, sealedOfConnections } from "../store/devices/connections.ts";
import { saveSubscription, subscriptionOf } from "../store/devices/handshakes.ts";
import { dropStalePayloads } from "../store/devices/records.ts";
import { lockRevocations, saveRevocationTokens } from "../store/devices/revocations.ts";
import { updateRows } from "../store/rows.ts";
import { DeviceConnections } from "../tables/device-connections.ts";
import { placeOf } from "./parts.ts";
import { vendors } from "./vendors/all.ts";
import { placeOfKey } from "./webhook.ts";

/** Connections done in one transaction. */
const atOnce = 200;

/**
 * Seals everything of device connections anew that an older key seals: tokens, secrets, signing keys. Kept payloads under an old key are dropped:
 * they only serve replay, and go by themselves anyway. May run while servers do.
 *
 * @returns how many connections had something to be sealed anew
 */
export async function resealConnections(database: Database, sealer: Sealer): Promise<number> {
	let resealed = 0;
	for (let after: number | undefined = 0; after !== undefined; ) {
		const from: number = after;
		[after, resealed] = await database.write(serverCaller, async (tx) => {
			const connections = await sealedOfConnections(tx, from, atOnce);
			let count = resealed;
			for (const connection of connections) {
				const anew = (what: "access_token" | "refresh_token" | "secrets", sealed: string | null) => {
					const place = placeOf(connection.id, what);
					return sealed === null || !sealer.isStale(sealed)
						? undefined
						: sealer.seal(sealer.open(sealed, place), place);
				};
				const tokens = without({
					accessToken: anew("access_token", connection.accessToken),
					refreshToken: anew("refresh_token", connection.refreshToken),
				});
				const secrets = anew("secrets", connection.secrets);
				if (Object.keys(tokens).length > 0)
					await updateRows(tx, DeviceConnections, [{ id: connection.id, changes: tokens }]);
				if (secrets !== undefined) await saveConnectionState(tx, connection.id, { secrets });
				if (Object.keys(tokens).length > 0 || secrets !== undefined) count += 1;
			}
			return [lastId(connections), count] as const;
		});
	}
	await database.write(serverCaller, async (tx) => {
		for (const one of await lockRevocations(tx)) {
			const anew = (what: "access_token" | "refresh_token", sealed: string) =>
				sealer.seal(sealer.open(sealed, placeOf(one.connectionId, what)), placeOf(one.connectionId, what));
			await saveRevocationTokens(tx, one.id, {
				accessToken: anew("access_token", one.accessToken),
				refreshToken: one.refreshToken === null ? null : anew("refresh_token", one.refreshToken),
				tokenExpiry: one.tokenExpiry,
			});
		}
		for (const { name } of Object.values(vendors)) {
			const known = await subscriptionOf(tx, name);
			if (known?.secret == null || !sealer.isStale(known.secret)) continue;
			const secret = sealer.seal(sealer.open(known.secret, placeOfKey(name)), placeOfKey(name));
			await saveSubscription(tx, name, { ...known, secret });
		}
		await dropStalePayloads(tx, sealer.seal("", "").split(".").slice(0, 2).join("."));
	});
	return resealed;
}

function lastId(connections: readonly ConnectionRow[]): number | undefined {
	return connections.length < atOnce ? undefined : connections.at(-1)?.id;
}

function without<T extends object>(values: T): Partial<T> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
