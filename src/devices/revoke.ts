import { serverCaller } from "../access/caller.ts";
import {
	endRevocation,
	type RevocationRow,
	saveRevocationTokens,
	takeRevocations,
} from "../store/devices/revocations.ts";
import { redirectUri } from "./access.ts";
import type { CallAnswer } from "./http-client.ts";
import { oauthOf } from "./oauth.ts";
import { type DeviceParts, placeOf } from "./parts.ts";
import { asTrouble, VendorTrouble } from "./trouble.ts";
import type { Vendor, VendorRequest } from "./vendor.ts";
import { vendors } from "./vendors/all.ts";
import { bridgeSignIn } from "./vendors/samsung/bridge.ts";

/** Revocations tried at a time. */
const atOnce = 20;

/**
 * Takes access back at vendors: of connections that ended, accounts that were deleted, rows that are gone. Whoever dropped the tokens has left them
 * for this (migration 0024); when the vendor has done it, or knows nothing of them any more, they are gone here, too. What does not work is tried
 * again for three days, then given up and gone all the same.
 *
 * @param connectionIds only theirs, due or not. Default: whatever is due
 * @param signal to leave the rest to the next time
 */
export async function revokeDue(
	parts: DeviceParts,
	{ connectionIds, signal }: { connectionIds?: readonly number[]; signal?: AbortSignal } = {},
): Promise<void> {
	for (;;) {
		const due = await parts.database.write(serverCaller, (tx) => takeRevocations(tx, atOnce, connectionIds));
		for (const one of due) {
			if (signal?.aborted === true) return;
			await revokeOne(parts, one);
		}
		if (connectionIds !== undefined || due.length < atOnce) return;
	}
}

async function revokeOne(parts: DeviceParts, revocation: RevocationRow): Promise<void> {
	const vendor = vendors[revocation.deviceType];
	const { id, connectionId, attempts, isLast } = revocation;
	try {
		const token = await tokenOf(parts, vendor, revocation);
		const { status } = await revoke(parts, vendor, token, revocation.vendorUserId ?? "", revocation.url ?? undefined);
		// A refusal says that there is no such access, which is what is wanted.
		if (status >= 500 || status === 429) throw new VendorTrouble("later", `status ${status}`);
	} catch (error) {
		const trouble = asTrouble(error, vendor.title);
		const isGone = trouble instanceof VendorTrouble && trouble.what === "reconnect";
		if (!isGone && !isLast) {
			parts.log.warn({ connection: connectionId, attempts }, "not revoked at the vendor yet");
			return;
		}
		if (!isGone) parts.log.warn({ connection: connectionId, attempts }, "not revoked at the vendor, given up");
	}
	await parts.database.write(serverCaller, (tx) => endRevocation(tx, id));
}

/** A token the vendor will take: a refreshed one where it has ended, as a vendor takes access back from nobody it does not know. */
async function tokenOf(parts: DeviceParts, vendor: Vendor, revocation: RevocationRow): Promise<string> {
	const { id, connectionId, accessToken, refreshToken, tokenExpiry } = revocation;
	const open = (sealed: string, what: "access_token" | "refresh_token") =>
		parts.sealer.open(sealed, placeOf(connectionId, what));
	const hasEnded = tokenExpiry !== null && Date.parse(tokenExpiry) <= parts.now();
	const settings = parts.vendors[vendor.name];
	const oauth = oauthOf(vendor, settings, { ...parts, redirectUri: redirectUri(parts, vendor) });
	if (!hasEnded || refreshToken === null || oauth === undefined) return open(accessToken, "access_token");
	const renewed = await oauth.refresh(open(refreshToken, "refresh_token"));
	const seal = (token: string, what: "access_token" | "refresh_token") =>
		parts.sealer.seal(token, placeOf(connectionId, what));
	await parts.database.write(serverCaller, (tx) =>
		saveRevocationTokens(tx, id, {
			accessToken: seal(renewed.access, "access_token"),
			refreshToken: renewed.refresh === undefined ? refreshToken : seal(renewed.refresh, "refresh_token"),
			tokenExpiry: renewed.expiresAt ?? null,
		}),
	);
	return renewed.access;
}

/** Takes one access back. @param url of a bridge @throws VendorTrouble where there was no answer */
export function revoke(
	parts: DeviceParts,
	vendor: Vendor,
	token: string,
	vendorUserId: string,
	url?: string,
): Promise<CallAnswer> {
	return askOnce(parts, vendor, vendor.oauth?.revoke(vendorUserId) ?? bridgeSignIn.revoke(), token, url);
}

/** One request outside of any run: no budget, no second try. @throws VendorTrouble where there was no answer */
export async function askOnce(
	parts: DeviceParts,
	vendor: Vendor,
	request: VendorRequest,
	token: string,
	url?: string,
): Promise<CallAnswer> {
	const base = parts.vendors[vendor.name].baseUrl ?? vendor.apiBase ?? url;
	try {
		return await parts.ask({
			method: request.method,
			url: new URL(`${base}${request.path}`),
			headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
			...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
			guarded: vendor.apiBase === undefined,
			mostBytes: 1024 * 1024,
			timeoutMilliseconds: 10_000,
		});
	} catch (error) {
		throw asTrouble(error, vendor.title);
	}
}
