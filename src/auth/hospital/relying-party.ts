import * as client from "openid-client";
import { Failure } from "../../fhir/failure.ts";

/** A hospital's identity provider, and what this server is registered as there. */
export interface IdentityProvider {
	/** Exactly as the provider names itself. */
	readonly issuer: string;
	readonly clientId: string;
	readonly clientSecret: string;
	/** What people know it by. */
	readonly name: string;
	/** Space separated; `openid` among them. */
	readonly scopes: string;
}

/** Somebody who signed in at the provider. */
export interface Identity {
	/** One person for good, among those of this issuer. */
	readonly subject: string;
	/** The e-mail address the provider says is theirs and has verified; undefined where it says so of none. @throws Failure unavailable */
	verifiedEmail(): Promise<string | undefined>;
}

/** What ties an answer to the request it answers. */
export interface Ties {
	readonly state: string;
	readonly nonce: string;
	/** Code verifier (RFC 7636). */
	readonly verifier: string;
	/** The person has to sign in, even if they have at the provider, since then (seconds since 1970); null: they need not. */
	readonly since: number | null;
}

/** This server as a relying party of one provider (OpenID Connect Core 1.0, code flow with PKCE). */
export interface RelyingParty {
	/** Where the browser goes. @throws Failure unavailable */
	authorizeUrl(ties: Ties): Promise<string>;
	/**
	 * Who came back with this query.
	 *
	 * @throws Failure forbidden - they did not sign in, or the answer is not one to trust; unavailable
	 */
	identity(query: string, ties: Ties): Promise<Identity>;
}

/** What {@link relyingParty} needs. */
export interface RelyingPartyParts {
	/** Where the provider sends browsers back to. */
	readonly redirectUri: string;
	/** Told in words without anything of a person why the provider could not be used. */
	readonly onTrouble: (why: string) => void;
	readonly get?: typeof fetch;
	/** Milliseconds since 1970. */
	readonly now?: () => number;
}

/**
 * How long to wait for each answer of the provider, and how long to believe what it says of itself, in seconds: short, since nobody should be
 * sent to a provider that is not there.
 */
const waitSeconds = 5;
const keptSeconds = 60;
const clockToleranceSeconds = 15;

/** Asks the provider about itself (OpenID Connect Discovery 1.0) when somebody wants to sign in, not before. */
export function relyingParty(provider: IdentityProvider, parts: RelyingPartyParts): RelyingParty {
	const { redirectUri, onTrouble, get = fetch, now = Date.now } = parts;
	let known: { readonly config: Promise<client.Configuration>; readonly until: number } | undefined;

	function configuration(): Promise<client.Configuration> {
		if (known !== undefined && known.until > now()) return known.config;
		const found = { config: discover(provider, get), until: now() + keptSeconds * 1000 };
		known = found;
		found.config.catch(() => {
			if (known === found) known = undefined;
		});
		return found.config;
	}

	/** Failures of the library in words for people. */
	async function asked<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			if (error instanceof client.AuthorizationResponseError) throw refused(provider.name, error.error);
			onTrouble(wordsOf(error));
			if (isUnreachable(error)) throw unavailable(provider.name);
			throw new Failure("forbidden", `The answer of ${provider.name} could not be verified. Start again`);
		}
	}

	/** Whatever goes wrong before anybody is asked anything is the provider's. */
	const ready = () =>
		configuration().catch((error: unknown) => {
			onTrouble(wordsOf(error));
			throw unavailable(provider.name);
		});

	return {
		async authorizeUrl({ state, nonce, verifier, since }) {
			const config = await ready();
			return client.buildAuthorizationUrl(config, {
				redirect_uri: redirectUri,
				scope: provider.scopes,
				state,
				nonce,
				code_challenge: await client.calculatePKCECodeChallenge(verifier),
				code_challenge_method: "S256",
				// Whoever sits at the browser may take "prompt" out of the address: with "max_age" the answer has to say when it was.
				...(since === null ? {} : { prompt: "login", max_age: "0" }),
			}).href;
		},
		async identity(query, { state, nonce, verifier, since }) {
			const config = await ready();
			return asked(async () => {
				const tokens = await client.authorizationCodeGrant(config, new URL(`${redirectUri}${query}`), {
					expectedState: state,
					expectedNonce: nonce,
					pkceCodeVerifier: verifier,
					idTokenExpected: true,
				});
				const claims = tokens.claims() as client.IDToken;
				// At most 255 ASCII characters (OpenID Connect Core 1.0, section 2).
				if (!/^[\x20-\x7e]{1,255}$/.test(claims.sub)) throw new Error("a subject that is none");
				if (since !== null && !((claims.auth_time ?? 0) >= since - clockToleranceSeconds)) {
					throw new Error("a sign-in of before");
				}
				return {
					subject: claims.sub,
					verifiedEmail: async () => {
						if (claims.email !== undefined) return verified(claims);
						if (config.serverMetadata().userinfo_endpoint === undefined) return undefined;
						return asked(async () => verified(await client.fetchUserInfo(config, tokens.access_token, claims.sub)));
					},
				};
			});
		},
	};
}

async function discover(provider: IdentityProvider, get: typeof fetch): Promise<client.Configuration> {
	const insecure = provider.issuer.startsWith("http:");
	const allow = insecure ? [client.allowInsecureRequests] : [];
	const found = await client.discovery(new URL(provider.issuer), provider.clientId, {}, client.None(), {
		timeout: waitSeconds,
		execute: allow,
		[client.customFetch]: get as client.CustomFetch,
	});
	const server = found.serverMetadata();
	if (server.issuer !== provider.issuer) throw new Error("it names itself differently");
	const page = URL.parse(server.authorization_endpoint ?? "");
	if (page === null || (page.protocol !== "https:" && !insecure))
		throw new Error("its sign-in page is not at an https address");
	const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
	const authentication = methods.includes("client_secret_basic") ? client.ClientSecretBasic : client.ClientSecretPost;
	const metadata = { [client.clockTolerance]: clockToleranceSeconds };
	const config = new client.Configuration(server, provider.clientId, metadata, authentication(provider.clientSecret));
	config.timeout = waitSeconds;
	config[client.customFetch] = get as client.CustomFetch;
	if (insecure) client.allowInsecureRequests(config);
	// The ID token comes by TLS; that it is signed by the provider's keys is made sure of all the same.
	client.enableNonRepudiationChecks(config);
	return config;
}

/** `email_verified` is a boolean (OpenID Connect Core 1.0, section 5.1); anything else has not been verified. */
function verified(claims: object): string | undefined {
	const { email, email_verified } = claims as { readonly email?: unknown; readonly email_verified?: unknown };
	return typeof email === "string" && /^[^\0]{3,255}$/.test(email) && email_verified === true ? email : undefined;
}

function refused(name: string, error: string): Failure {
	if (error === "temporarily_unavailable" || error === "server_error") return unavailable(name);
	const why = error === "access_denied" ? "" : ` (${error.replace(/[^a-z_]/g, "").slice(0, 60)})`;
	return new Failure("forbidden", `You did not sign in at ${name}${why}`);
}

function unavailable(name: string): Failure {
	return new Failure("unavailable", `The sign-in at ${name} cannot be reached just now. Try again later`, {
		retryAfterSeconds: 60,
	});
}

/** Not a word of an answer: which kind of failure, and the library's code for it. */
function wordsOf(error: unknown): string {
	if (!(error instanceof Error)) return "unknown";
	const { code, status } = error as { code?: unknown; status?: unknown };
	return [error.name, code, status].filter((word) => typeof word === "string" || typeof word === "number").join(" ");
}

/** Whether there was no answer of the provider's, or one that says nothing of this sign-in. */
function isUnreachable(error: unknown): boolean {
	if (error instanceof client.ResponseBodyError) return error.status >= 500;
	for (let at = error; at instanceof Error; at = at.cause) {
		if (at instanceof TypeError || at.name === "TimeoutError" || at.name === "AbortError") return true;
		const { code } = at as { code?: unknown };
		if (code === "OAUTH_TIMEOUT" || code === "OAUTH_RESPONSE_IS_NOT_CONFORM" || code === "OAUTH_RESPONSE_IS_NOT_JSON")
			return true;
	}
	return false;
}
