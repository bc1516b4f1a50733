import { hash, randomBytes } from "node:crypto";
import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import type { Transaction } from "../store/database.ts";
import { connectionsOf, saveConnectionState } from "../store/devices/connections.ts";
import { dropCursors } from "../store/devices/cursors.ts";
import { insertHandshake, takeHandshake } from "../store/devices/handshakes.ts";
import { insertRows, updateRows } from "../store/rows.ts";
import { DeviceConnections } from "../tables/device-connections.ts";
import { redirectUri, saveTokens } from "./access.ts";
import { type OAuth, oauthOf, type Tokens } from "./oauth.ts";
import type { DeviceParts } from "./parts.ts";
import { askOnce, revoke, revokeDue } from "./revoke.ts";
import { VendorTrouble } from "./trouble.ts";
import type { Vendor, VendorName } from "./vendor.ts";
import { vendors } from "./vendors/all.ts";

/** How long a person may take at the vendor; milliseconds. */
const handshakeMilliseconds = 15 * 60_000;

/**
 * Begins a connect: the vendor's address for the person's browser. What comes back from there is taken once, and only for this person.
 *
 * @param browser what ties it to a browser that is known (its session); then only that browser can end it
 * @throws Failure not-supported where no app is registered with the vendor
 */
export async function beginConnect(
	parts: DeviceParts,
	name: VendorName,
	userId: number,
	browser?: string,
): Promise<string> {
	const oauth = requireOAuth(parts, vendors[name]);
	const state = randomBytes(32).toString("base64url");
	const expiresAt = new Date(parts.now() + handshakeMilliseconds).toISOString();
	await parts.database.write(serverCaller, (tx) =>
		insertHandshake(tx, { state: digest(state, browser), userId, vendor: name, expiresAt }),
	);
	return oauth.authorizeUrl(state);
}

/**
 * Ends a connect: takes what the browser brought back from the vendor, gets the tokens, checks what was granted, enrols the person where the
 * vendor wants it, and keeps it all sealed.
 *
 * @param andThen what follows from it, within its transaction
 * @returns id and person of the connection
 * @throws VendorTrouble whose words are for the person
 */
export async function endConnect(
	parts: DeviceParts,
	name: VendorName,
	callback: URL,
	browser?: string,
	andThen: (tx: Transaction, connectionId: number) => Promise<void> = async () => undefined,
): Promise<{ id: number; userId: number }> {
	const vendor = vendors[name];
	const oauth = requireOAuth(parts, vendor);
	const state = callback.searchParams.get("state") ?? "";
	const now = new Date(parts.now()).toISOString();
	const candidates = [digest(state), ...(browser === undefined ? [] : [digest(state, browser)])];
	let userId: number | undefined;
	for (const one of candidates) {
		userId ??= await parts.database.write(serverCaller, (tx) => takeHandshake(tx, { state: one, vendor: name, now }));
	}
	if (userId === undefined) {
		throw new VendorTrouble(
			"reconnect",
			"This connect was not begun here, is too old or was used already: begin again",
		);
	}
	// Vendors tell in the address what the person really ticked.
	const granted = callback.searchParams.get("scope") ?? undefined;
	const tokens = await oauth.exchange(callback, state);
	const missing = vendor.oauth?.missingScope(granted ?? scopeOf(tokens));
	const vendorUserId = vendor.oauth?.vendorUserId(tokens.reply);
	if (missing !== undefined) {
		await revoke(parts, vendor, tokens.access, vendorUserId ?? "").catch(() => undefined);
		throw new VendorTrouble("reconnect", missing);
	}
	if (vendorUserId === undefined) throw new VendorTrouble("later", `${vendor.title} did not say who you are there`);
	await enrol(parts, vendor, tokens, userId);
	const owner = userId;
	const id = await parts.database.write(serverCaller, async (tx) => {
		const row = await rowFor(tx, vendor, owner, vendorUserId);
		await saveTokens(parts, tx, row, tokens);
		await updateRows(tx, DeviceConnections, [{ id: row, changes: { isActive: true } }]);
		const scopes = granted ?? scopeOf(tokens) ?? null;
		await saveConnectionState(tx, row, {
			vendorUserId,
			scopes,
			state: "connected",
			failures: 0,
			lastError: null,
			nextSyncAt: now,
		});
		parts.note(tx, { target: `devices/${row}`, returned: [`devices/${row}`], patients: [owner] });
		await andThen(tx, row);
		return row;
	});
	return { id, userId: owner };
}

/**
 * Ends a connection: no more pulls, no tokens here, and the access is taken back at the vendor. What was pulled stays. That the vendor does not
 * answer does not keep the person connected.
 *
 * @param connectionId one of them only. Default: all of the person's at this vendor
 * @returns how many connections ended
 */
export async function disconnect(
	parts: DeviceParts,
	name: VendorName,
	userId: number,
	connectionId?: number,
): Promise<number> {
	const ended = await parts.database.write(serverCaller, async (tx) => {
		const connections = (await connectionsOf(tx, userId, name)).filter(
			({ id, state }) =>
				(state === "connected" || state === "reconnect") && (connectionId === undefined || id === connectionId),
		);
		for (const { id } of connections) await forgetAccess(parts, tx, id, userId);
		return connections;
	});
	// At once if the vendor answers; else later, by a job.
	if (ended.length > 0) await revokeDue(parts, { connectionIds: ended.map(({ id }) => id) });
	return ended.length;
}

/** Drops tokens and secrets of a connection and whatever run has it, within a transaction of the system. */
async function forgetAccess(parts: DeviceParts, tx: Transaction, id: number, userId: number): Promise<void> {
	const none = { accessToken: null, refreshToken: null, tokenExpiry: null, isActive: false };
	await updateRows(tx, DeviceConnections, [{ id, changes: none }]);
	await saveConnectionState(tx, id, {
		state: "disconnected",
		secrets: null,
		nextSyncAt: null,
		lastError: null,
		failures: 0,
	});
	parts.note(tx, { target: `devices/${id}`, returned: [`devices/${id}`], patients: [userId] });
}

async function enrol(parts: DeviceParts, vendor: Vendor, tokens: Tokens, userId: number): Promise<void> {
	const { enrol: request, enrolled } = vendor.oauth ?? {};
	if (request === undefined || enrolled === undefined) return;
	const answer = await askOnce(parts, vendor, request(`heart-recovery-${userId}`), tokens.access);
	const refused = enrolled({ status: answer.status, body: undefined });
	if (refused !== undefined) throw new VendorTrouble("reconnect", refused);
}

/** The row a connect is for: the person's one of this vendor, unless that was another account there. */
async function rowFor(tx: Transaction, vendor: Vendor, userId: number, vendorUserId: string): Promise<number> {
	const known = await connectionsOf(tx, userId, vendor.name);
	const same = known.find((one) => one.vendorUserId === vendorUserId) ?? known.find((one) => one.vendorUserId === null);
	if (same !== undefined) {
		if (same.state === "disconnected") await dropCursors(tx, same.id);
		return same.id;
	}
	const [row] = await insertRows(tx, DeviceConnections, [
		{ userId, deviceType: vendor.name, deviceName: vendor.title, isActive: true },
	]);
	return row?.id as number;
}

function requireOAuth(parts: DeviceParts, vendor: Vendor): OAuth {
	const oauth = oauthOf(vendor, parts.vendors[vendor.name], { ...parts, redirectUri: redirectUri(parts, vendor) });
	if (oauth !== undefined) return oauth;
	const variables = `${vendor.name.toUpperCase()}_CLIENT_ID and ${vendor.name.toUpperCase()}_CLIENT_SECRET`;
	throw new Failure("not-supported", `${vendor.title} is not set up on this server: it needs ${variables}`);
}

function scopeOf({ reply }: Tokens): string | undefined {
	return typeof reply.scope === "string" ? reply.scope : undefined;
}

function digest(state: string, browser = ""): Buffer {
	return hash("sha256", `${browser} ${state}`, "buffer");
}
