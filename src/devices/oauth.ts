import * as client from "openid-client";
import type { Ask } from "./http-client.ts";
import type { VendorSettings } from "./parts.ts";
import { asTrouble, VendorTrouble } from "./trouble.ts";
import type { Vendor } from "./vendor.ts";

/** What a vendor's token endpoint gave. */
export interface Tokens {
	readonly access: string;
	/** Absent where none came: the one before stays good, or there is none. */
	readonly refresh: string | undefined;
	/** ISO; undefined where the vendor does not say. */
	readonly expiresAt: string | undefined;
	/** The reply whole, for what only this vendor says. */
	readonly reply: Readonly<Record<string, unknown>>;
}

/** OAuth with one vendor (RFC 6749), by openid-client; what differs between vendors is data in their files. */
export interface OAuth {
	/** Where the browser goes. */
	authorizeUrl(state: string): string;
	/** Tokens for the code in the address the browser came back to. @throws VendorTrouble */
	exchange(callback: URL, state: string): Promise<Tokens>;
	/** @throws VendorTrouble reconnect when the vendor no longer knows the refresh token */
	refresh(refreshToken: string): Promise<Tokens>;
}

/** What {@link oauthOf} needs. */
export interface OAuthParts {
	readonly ask: Ask;
	readonly now: () => number;
	/** Where the vendor sends the browser back to. */
	readonly redirectUri: string;
}

/** OAuth with a vendor; undefined when there is none, or no app of ours is registered there. */
export function oauthOf(vendor: Vendor, settings: VendorSettings, parts: OAuthParts): OAuth | undefined {
	const facts = vendor.oauth;
	const { clientId, clientSecret, baseUrl } = settings;
	if (facts === undefined || clientId === null || clientSecret === null) return undefined;
	const at = ({ origin, path }: { origin: string; path: string }) => `${baseUrl ?? origin}${path}`;
	const config = new client.Configuration(
		{
			issuer: baseUrl ?? facts.authorize.origin,
			authorization_endpoint: at(facts.authorize),
			token_endpoint: at(facts.token),
		},
		clientId,
		{},
		facts.clientAuthentication === "client_secret_basic"
			? basic(clientId, clientSecret)
			: client.ClientSecretPost(clientSecret),
	);
	// Whoever configures a vendor at an http address wants it so: stand-ins.
	if (baseUrl?.startsWith("http:") === true) client.allowInsecureRequests(config);
	let status = 0;
	config[client.customFetch] = async (url, { method, headers, body, signal }) => {
		status = 0;
		const answer = await parts.ask({
			method,
			url: new URL(url),
			headers,
			...(body === undefined || body === null ? {} : { body: String(body) }),
			signal,
			mostBytes: 1024 * 1024,
		});
		status = answer.status;
		const type = answer.header("content-type");
		const empty = answer.status === 204 || answer.status === 304;
		return new Response(empty ? null : new Uint8Array(answer.body), {
			status: answer.status,
			headers: type === null ? {} : { "content-type": type },
		});
	};

	const grant = async (work: () => Promise<client.TokenEndpointResponse>): Promise<Tokens> => {
		try {
			return tokensOf(await work(), parts.now());
		} catch (error) {
			if (error instanceof client.AuthorizationResponseError) throw denied(vendor.title, error.error);
			const cause = inner(error);
			if (cause !== error) throw asTrouble(cause, vendor.title);
			if (status === 429)
				throw new VendorTrouble("limit", `${vendor.title} asks to wait`, {
					until: vendor.limits.nextWindow(parts.now()),
				});
			// Vendors say "no" in words of their own; that it is no says the status.
			if (status >= 400 && status < 500)
				throw new VendorTrouble("reconnect", `${vendor.title} refuses the access`, { cause: error });
			throw new VendorTrouble("later", `${vendor.title}: its sign-in does not work just now`, { cause: error });
		}
	};

	return {
		authorizeUrl: (state) =>
			client.buildAuthorizationUrl(config, {
				redirect_uri: parts.redirectUri,
				scope: facts.scope,
				state,
				...facts.authorizeParameters,
			}).href,
		exchange(callback, state) {
			// The address registered with the vendor, whatever a proxy made of the one the browser used.
			const url = new URL(`${parts.redirectUri}${callback.search}`);
			return grant(() => client.authorizationCodeGrant(config, url, { expectedState: state }));
		},
		refresh: (refreshToken) => grant(() => client.refreshTokenGrant(config, refreshToken)),
	};
}

/**
 * HTTP Basic as vendors read it: the id and the secret as they are. RFC 6749 section 2.3.1 wants both encoded as in forms, which openid-client
 * does, down to the hyphens of a UUID; Polar takes them literally.
 */
function basic(clientId: string, clientSecret: string): client.ClientAuth {
	const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
	return (_server, _client, _body, headers) => headers.set("authorization", `Basic ${credentials}`);
}

/** What went wrong below openid-client, on the way to the vendor. */
function inner(error: unknown): unknown {
	let found: unknown = error;
	for (let at = error; at instanceof Error; at = at.cause) if (at.name === "Error" && "trouble" in at) found = at;
	return found;
}

function denied(title: string, error: string): VendorTrouble {
	return new VendorTrouble(
		"reconnect",
		error === "access_denied" ? `You did not give access at ${title}` : `${title} answered: ${error.slice(0, 60)}`,
	);
}

function tokensOf(reply: client.TokenEndpointResponse, now: number): Tokens {
	// Strava tells the moment as well; seconds left are counted from when the reply was written, which is not now.
	const at = (reply as { expires_at?: unknown }).expires_at;
	const seconds = reply.expires_in;
	const expires = typeof at === "number" ? at * 1000 : seconds === undefined ? undefined : now + seconds * 1000;
	return {
		access: reply.access_token,
		refresh: reply.refresh_token,
		// What no calendar has is no moment: the tokens are good all the same.
		expiresAt: expires === undefined || !(Math.abs(expires) < 8e15) ? undefined : new Date(expires).toISOString(),
		reply,
	};
}
