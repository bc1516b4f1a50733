import { hash, hkdfSync, timingSafeEqual } from "node:crypto";
import type { JWK } from "jose";
import type { Configuration, KoaContextWithOIDC, Provider as ProviderClass } from "oidc-provider";
import type { Database } from "../../store/database.ts";
import { storageAdapter } from "./adapter.ts";
import { clientKeys } from "./client-keys.ts";
import { ownMetadata } from "./client-metadata.ts";
import { launchContext } from "./grants.ts";
import type { Launches } from "./launches.ts";
import { errors, Provider } from "./library.ts";
import { offeredScopes, plainScopes } from "./offered-scopes.ts";
import { accountFinder } from "./person.ts";

/** What the authorization server says to people, as whole HTML pages. */
export interface AuthorizationPages {
	/** Something that cannot be answered by going back to the app. */
	error(title: string, detail: string): string;
	/** Asks whether to sign out. @param form - the form of oidc-provider, id `op.logoutForm`, without a button */
	signOut(form: string): string;
	signedOut(): string;
	/** Headers all of them go out with. */
	readonly headers: Readonly<Record<string, string>>;
}

/** What the authorization server is made of. */
export interface ProviderParts {
	readonly database: Database;
	/** Public address of everything, without a trailing slash; the issuer is `/oauth` below it. */
	readonly baseUrl: string;
	/** Newest first; cookies are signed with keys derived from them. */
	readonly secretKeys: readonly Buffer[];
	readonly launches: Launches;
	readonly pages: AuthorizationPages;
	/** Told of what nobody expected. */
	readonly onFault: (error: unknown) => void;
}

/** Lives in seconds. */
export const lives = {
	code: 60,
	accessToken: 3600,
	/** SMART Backend Services: at most five minutes. */
	backendToken: 300,
	refreshToken: 90 * 86_400,
	session: 12 * 3600,
	interaction: 3600,
} as const;

/** Algorithms of client assertions (SMART App Launch 2.2, “Asymmetric authentication”). */
export const assertionAlgorithms = ["RS384", "ES384"] as const;

/** Longest time from now that an assertion may be good for, and how far clocks may differ, in seconds. */
const assertionSeconds = 300;
const clockTolerance = 15;

/** The authorization server, with these keys to sign with. What the library does not do as SMART wants is in around-provider.ts. */
export function makeProvider(parts: ProviderParts, keys: readonly JWK[]): ProviderClass {
	const provider = new Provider(`${parts.baseUrl}/oauth`, configuration(parts, keys));
	provider.Client.prototype.compareClientSecret = function (this: { clientSecret?: string }, given: string) {
		return isSecretOf(this.clientSecret ?? "", given);
	};
	rememberStamp(provider);
	provider.on("server_error", (_context, error) => parts.onFault(error));
	return provider;
}

/**
 * Sessions hold the stamp of the account that signed in (`accountStamp`), since the library saves them whenever they are used, also at the
 * moment somebody ends them. Where somebody signs in for an app, the interaction's result brings it.
 */
function rememberStamp(provider: ProviderClass): void {
	const { Session } = provider;
	const kept = [...(Session as unknown as { IN_PAYLOAD: readonly string[] }).IN_PAYLOAD, "stamp"];
	Object.defineProperty(Session, "IN_PAYLOAD", { value: kept });
	const { loginAccount } = Session.prototype;
	Session.prototype.loginAccount = function (this: { stamp?: string }, details) {
		loginAccount.call(this as never, details);
		const login = Provider.ctx?.oidc.entities.Interaction?.result?.login;
		const stamp = (details as { stamp?: string }).stamp ?? login?.stamp;
		if (typeof stamp === "string") this.stamp = stamp;
	};
}

/** Whether a secret is the one whose SHA-256 is kept; takes as long either way. */
function isSecretOf(keptHex: string, given: string): boolean {
	const kept = Buffer.from(keptHex, "hex");
	const offered = hash("sha256", given, "buffer");
	return kept.length === offered.length && timingSafeEqual(kept, offered);
}

function configuration(parts: ProviderParts, keys: readonly JWK[]): Configuration {
	const { baseUrl, database, launches, pages } = parts;
	const fhirBase = `${baseUrl}/fhir`;
	const secure = baseUrl.startsWith("https:");
	return {
		adapter: storageAdapter(database, clientKeys()),
		jwks: { keys: keys as never },
		cookies: {
			keys: parts.secretKeys.map((key) =>
				Buffer.from(hkdfSync("sha256", key, "", "heart cookies", 32)).toString("base64"),
			),
			long: { httpOnly: true, sameSite: "lax", secure, path: "/" },
			short: { httpOnly: true, sameSite: "lax", secure },
		},
		scopes: [...plainScopes],
		claims: { openid: ["sub"], fhirUser: ["fhirUser"], profile: ["name"] },
		responseTypes: ["code"],
		clientAuthMethods: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
		enabledJWA: {
			clientAuthSigningAlgValues: [...assertionAlgorithms],
			idTokenSigningAlgValues: ["RS256", "ES256", "ES384"],
		},
		extraClientMetadata: { properties: ownMetadata },
		pkce: { required: () => true },
		extraParams: {
			aud(_context, value) {
				if (value?.replace(/\/$/, "") !== fhirBase) throw new errors.InvalidRequest(`aud must be ${fhirBase}`);
			},
			async launch(_context, value, client) {
				if (value === undefined) return;
				const launch = await launches.find(value);
				if (launch === undefined || launch.client_id !== client?.clientId) {
					throw new errors.InvalidRequest("this launch is not known, was used, has expired or is not for this app");
				}
			},
		},
		features: {
			devInteractions: { enabled: false },
			dPoP: { enabled: false },
			pushedAuthorizationRequests: { enabled: false },
			claimsParameter: { enabled: false },
			clientCredentials: { enabled: true },
			// Who can prove to be itself may be a resource server that was shown a token; others ask about their own.
			introspection: {
				enabled: true,
				allowedPolicy: async (_context, client, token) =>
					client.clientAuthMethod !== "none" || token.clientId === client.clientId,
			},
			revocation: {
				enabled: true,
				allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
			},
			// Tokens are for the FHIR side; who somebody is stands in the ID token.
			userinfo: { enabled: false },
			rpInitiatedLogout: {
				enabled: true,
				logoutSource: (context, form) => show(context, pages, pages.signOut(form)),
				postLogoutSuccessSource: (context) => show(context, pages, pages.signedOut()),
			},
			resourceIndicators: {
				enabled: true,
				defaultResource: () => fhirBase,
				useGrantedResource: () => true,
				getResourceServerInfo: (context, resource, client) => {
					if (resource !== fhirBase) throw new errors.InvalidTarget();
					return resourceServer(context, client, fhirBase);
				},
			},
		},
		clockTolerance,
		assertJwtClientAuthClaimsAndHeader: (_context, claims, header, client) => checkAssertion(claims, header, client),
		extraTokenClaims: (_context, token) =>
			token.kind === "AccessToken" && token.grantId !== undefined
				? launchContext(database, token.grantId, `${baseUrl}/smart-style.json`)
				: undefined,
		issueRefreshToken: async (_context, client, code) =>
			client.grantTypeAllowed("refresh_token") &&
			(code.scopes.has("offline_access") || code.scopes.has("online_access")),
		expiresWithSession: async (_context, code) =>
			code.scopes.has("online_access") && !code.scopes.has("offline_access"),
		rotateRefreshToken: true,
		// Each authorization is a grant of its own: another launch must not get the first one's patient.
		loadExistingGrant: async (context) => {
			const grantId = context.oidc.result?.consent?.grantId;
			return grantId === undefined ? undefined : context.oidc.provider.Grant.find(grantId);
		},
		interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
		findAccount: accountFinder(database, fhirBase),
		// Tokens are bearer tokens in the body, never cookies: which site asks does not matter.
		clientBasedCORS: () => true,
		renderError: (context, out) =>
			show(context, pages, pages.error("This did not work", out.error_description ?? out.error)),
		ttl: {
			AccessToken: (_context, token) => token.resourceServer?.accessTokenTTL ?? lives.accessToken,
			AuthorizationCode: lives.code,
			ClientCredentials: lives.backendToken,
			Grant: lives.refreshToken * 4,
			IdToken: lives.accessToken,
			Interaction: lives.interaction,
			RefreshToken: lives.refreshToken,
			Session: lives.session,
		},
	};
}

/** Answers with a page. */
export function show(context: KoaContextWithOIDC, pages: AuthorizationPages, html: string): void {
	for (const [name, value] of Object.entries(pages.headers)) context.set(name, value);
	context.type = "html";
	context.body = html;
}

/**
 * The FHIR side as a resource server, for this one request: its scopes are those that can be granted of what is asked for, or was granted
 * when a code or a refresh token is redeemed.
 *
 * @throws InvalidScope where nothing of what a backend client asks for is left
 */
function resourceServer(context: KoaContextWithOIDC, client: ClientMetadataReader, audience: string) {
	const { params, entities } = context.oidc;
	const ofClient = params?.grant_type === "client_credentials";
	const allowed = typeof client.allowed_scopes === "string" ? client.allowed_scopes : undefined;
	const asked = String(params?.scope ?? "");
	if (ofClient && params !== undefined) {
		const left = offeredScopes(asked, allowed, ["system"]).join(" ");
		if (left === "") throw new errors.InvalidScope("none of these scopes can be granted to this client", asked || " ");
		params.scope = left;
		return { scope: left, audience, accessTokenFormat: "opaque", accessTokenTTL: lives.backendToken } as const;
	}
	const granted = [...(entities.AuthorizationCode?.scopes ?? []), ...(entities.RefreshToken?.scopes ?? [])];
	const scopes = [...offeredScopes(asked, allowed, ["patient", "user"]), ...granted];
	return { scope: scopes.join(" "), audience, accessTokenFormat: "opaque", accessTokenTTL: lives.accessToken } as const;
}

/** What is looked at of a client. */
type ClientMetadataReader = { readonly [name: string]: unknown };

/** What SMART asks of an assertion besides what the library checks. @throws InvalidClientAuth */
function checkAssertion(
	claims: Readonly<Record<string, unknown>>,
	header: Readonly<Record<string, unknown>>,
	client: ClientMetadataReader,
): void {
	const now = Math.floor(Date.now() / 1000);
	if (typeof claims.exp !== "number" || claims.exp > now + assertionSeconds + clockTolerance) {
		throw new errors.InvalidClientAuth("an assertion may be good for five minutes at most");
	}
	if (claims.sub !== claims.iss) throw new errors.InvalidClientAuth("iss and sub must both be the client");
	if (typeof header.kid !== "string")
		throw new errors.InvalidClientAuth("the assertion's header must name its key (kid)");
	if (header.jku !== undefined && header.jku !== client.jwks_location) {
		throw new errors.InvalidClientAuth("jku is not the address the client was registered with");
	}
}
