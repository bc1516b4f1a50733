import { serverCaller } from "../access/caller.ts";
import type { Transaction } from "../store/database.ts";
import { type ConnectionRow, connectionById, saveConnectionState } from "../store/devices/connections.ts";
import { updateRows } from "../store/rows.ts";
import { DeviceConnections } from "../tables/device-connections.ts";
import { settingsOf } from "./connection.ts";
import { oauthOf, type Tokens } from "./oauth.ts";
import { type DeviceParts, placeOf } from "./parts.ts";
import { asTrouble, VendorTrouble } from "./trouble.ts";
import type { Vendor, VendorRequest } from "./vendor.ts";
import { bridgeSignIn } from "./vendors/samsung/bridge.ts";

/** A token, and until when nobody needs to look for a newer one; epoch milliseconds. */
export interface GoodToken {
	readonly token: string;
	readonly goodUntil: number;
}

/** Waits before new tokens that could not be stored are stored again; milliseconds. */
const storingPauses = [500, 1000, 2000, 4000, 8000];

/** A token this close to its end counts as ended. */
const graceMilliseconds = 60_000;

/**
 * A token that is good now. Refreshes it where it must be, under a lock on the connection, and stores what came before anybody uses it: of
 * two servers one refreshes, the other finds the new one. `refused` is a token the vendor would not take.
 *
 * @throws VendorTrouble reconnect when there is none to be had
 */
export async function accessToken(
	parts: DeviceParts,
	vendor: Vendor,
	id: number,
	refused?: string,
): Promise<GoodToken> {
	// Kept outside, so that a transaction tried again does not ask again: the vendor's old refresh token is dead by then.
	let renewed: Tokens | undefined;
	const attempt = () =>
		parts.database.write(serverCaller, async (tx) => {
			const connection = await connectionById(tx, id, true);
			if (connection === undefined || connection.state === "disconnected")
				throw new VendorTrouble("stopped", "It was disconnected");
			const held = heldToken(parts, vendor, connection);
			if (held !== undefined && held.token !== refused) return held;
			const current = opened(parts, connection, "access_token");
			const expires = expiryOf(connection);
			try {
				renewed ??= await renew(parts, vendor, connection);
			} catch (error) {
				// A refresh whose answer was lost leaves the old token good until its own end.
				if (current !== undefined && current !== refused && expires > parts.now() + graceMilliseconds) {
					return { token: current, goodUntil: parts.now() };
				}
				throw error;
			}
			await saveTokens(parts, tx, connection.id, renewed);
			return { token: renewed.access, goodUntil: parts.now() };
		});
	for (const pause of storingPauses) {
		try {
			return await attempt();
		} catch (error) {
			// Nobody else has what the vendor gave just now: a database that is away for a moment must not lose it.
			if (renewed === undefined || error instanceof VendorTrouble) throw error;
			await parts.sleep(pause);
		}
	}
	return attempt();
}

/** The token a connection has, where it need not be refreshed yet. */
export function heldToken(
	parts: Pick<DeviceParts, "sealer" | "now">,
	vendor: Vendor,
	connection: ConnectionRow,
): GoodToken | undefined {
	const goodUntil = expiryOf(connection) - (vendor.oauth?.refreshWithinMilliseconds ?? graceMilliseconds);
	const token = goodUntil > parts.now() ? opened(parts, connection, "access_token") : undefined;
	return token === undefined ? undefined : { token, goodUntil };
}

/** Epoch milliseconds; Infinity for a token that does not end by itself. */
function expiryOf({ tokenExpiry }: ConnectionRow): number {
	return tokenExpiry === null ? Number.POSITIVE_INFINITY : Date.parse(tokenExpiry);
}

/** Seals tokens into their row. */
export async function saveTokens(
	parts: Pick<DeviceParts, "sealer">,
	tx: Transaction,
	id: number,
	tokens: Tokens,
): Promise<void> {
	const seal = (what: "access_token" | "refresh_token", token: string) => parts.sealer.seal(token, placeOf(id, what));
	const changes = {
		accessToken: seal("access_token", tokens.access),
		...(tokens.refresh === undefined ? {} : { refreshToken: seal("refresh_token", tokens.refresh) }),
		tokenExpiry: tokens.expiresAt ?? null,
	};
	await updateRows(tx, DeviceConnections, [{ id, changes }]);
}

async function renew(parts: DeviceParts, vendor: Vendor, connection: ConnectionRow): Promise<Tokens> {
	const refresh = opened(parts, connection, "refresh_token");
	if (vendor.oauth === undefined) return signInToBridge(parts, connection, refresh);
	const oauth = oauthOf(vendor, parts.vendors[vendor.name], { ...parts, redirectUri: redirectUri(parts, vendor) });
	if (oauth === undefined) throw new VendorTrouble("later", `${vendor.title} is not set up on this server`);
	if (refresh === undefined) throw new VendorTrouble("reconnect", `${vendor.title} refuses the access`);
	return oauth.refresh(refresh);
}

/** A bridge's token by its refresh token, else by name and password. */
async function signInToBridge(
	parts: DeviceParts,
	connection: ConnectionRow,
	refresh: string | undefined,
): Promise<Tokens> {
	const { url, username } = settingsOf(connection);
	const { password } = secretsOf(parts, connection);
	if (url === undefined) throw new VendorTrouble("reconnect", "The bridge's address is missing");
	const attempts: VendorRequest[] = [
		...(refresh === undefined ? [] : [bridgeSignIn.refresh(refresh)]),
		...(username === undefined || password === undefined ? [] : [bridgeSignIn.login(username, password)]),
	];
	for (const request of attempts) {
		try {
			const answer = await parts.ask({
				method: request.method,
				url: new URL(`${url}${request.path}`),
				headers: { "content-type": "application/json" },
				body: JSON.stringify(request.json),
				guarded: true,
				mostBytes: 1024 * 1024,
			});
			if (answer.status >= 200 && answer.status < 300) {
				const reply = JSON.parse(answer.body.toString("utf8")) as Record<string, unknown>;
				return { ...bridgeSignIn.tokens({ status: answer.status, body: reply }), reply };
			}
			if (answer.status >= 500) throw new VendorTrouble("later", `The bridge answered with status ${answer.status}`);
		} catch (error) {
			if (error instanceof SyntaxError) throw new VendorTrouble("later", "The bridge: its sign-in is not JSON");
			throw asTrouble(error, "The bridge");
		}
	}
	throw new VendorTrouble("reconnect", "The bridge refuses name and password");
}

function opened(
	parts: Pick<DeviceParts, "sealer">,
	connection: ConnectionRow,
	what: "access_token" | "refresh_token",
): string | undefined {
	const sealed = what === "access_token" ? connection.accessToken : connection.refreshToken;
	return sealed === null ? undefined : parts.sealer.open(sealed, placeOf(connection.id, what));
}

/** What a connection keeps to itself. */
export interface ConnectionSecrets {
	/** Of a bridge's account. */
	readonly password?: string;
	/** What a phone that pushes must know. */
	readonly pushSecret?: string;
}

/** A connection's secrets, opened. */
export function secretsOf(
	parts: Pick<DeviceParts, "sealer">,
	{ id, secrets }: Pick<ConnectionRow, "id" | "secrets">,
): ConnectionSecrets {
	return secrets === null ? {} : (JSON.parse(parts.sealer.open(secrets, placeOf(id, "secrets"))) as ConnectionSecrets);
}

/** Seals a connection's secrets. */
export async function saveSecrets(
	parts: Pick<DeviceParts, "sealer">,
	tx: Transaction,
	id: number,
	secrets: ConnectionSecrets,
): Promise<void> {
	await saveConnectionState(tx, id, { secrets: parts.sealer.seal(JSON.stringify(secrets), placeOf(id, "secrets")) });
}

/** Where a vendor sends the browser back to; registered there. */
export function redirectUri({ baseUrl }: Pick<DeviceParts, "baseUrl">, vendor: Vendor): string {
	return `${baseUrl}/api/${vendor.name}/callback`;
}
