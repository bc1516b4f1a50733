import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Provider } from "../../src/auth/server/library.ts";

/** Somebody at the hospital. */
export interface HospitalPerson {
	readonly sub: string;
	readonly email?: string;
	readonly email_verified?: unknown;
}

interface Teardown {
	teardown(undo: () => unknown): unknown;
}

/** What this server is registered as at every stand-in. */
export const registered = { clientId: "heart", clientSecret: "secret-of-heart-at-the-hospital" };

/** Settings of a server that trusts a provider. */
export function trusting(issuer: string) {
	return {
		oidcIssuer: issuer,
		oidcClientId: registered.clientId,
		oidcClientSecret: registered.clientSecret,
		oidcName: "Saint Example",
		oidcLinkByEmail: ["patient", "therapist"] as const,
	};
}

/** Port of a server that just began to listen: at localhost, which to browsers is another site than 127.0.0.1. */
async function listening(t: Teardown, server: ReturnType<typeof createServer>): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/**
 * A hospital's identity provider: a second oidc-provider, with a form whose only field `login` says who somebody is. It gives the address in
 * the userinfo answer only, as the library does.
 */
export async function startIdentityProvider(t: Teardown, redirectUri: string, people: readonly HospitalPerson[]) {
	let answer: ReturnType<InstanceType<typeof Provider>["callback"]> | undefined;
	let prompts: string[] = [];
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? "/", issuer);
		if (!url.pathname.startsWith("/interaction/")) return void answer?.(request, response);
		void interact(request.method ?? "GET", url).catch((error: unknown) => response.writeHead(500).end(String(error)));

		async function interact(method: string, { pathname }: URL) {
			if (method === "GET") {
				prompts = [...prompts, String((await provider.interactionDetails(request, response)).params.prompt ?? "")];
				response.setHeader("content-type", "text/html");
				response.end(`<h1>Saint Example</h1><form method="post" action="${pathname}"><input name="login" type="text" value="">
<button type="submit" name="go" value="yes">Sign in</button></form>`);
				return;
			}
			let text = "";
			for await (const chunk of request) text += chunk;
			const accountId = new URLSearchParams(text).get("login") ?? "";
			if (accountId === "") return provider.interactionFinished(request, response, { error: "access_denied" });
			const grant = new provider.Grant({ accountId, clientId: registered.clientId });
			grant.addOIDCScope("openid email");
			const grantId = await grant.save();
			return provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
		}
	});
	const issuer = `http://localhost:${await listening(t, server)}`;
	const provider = new Provider(issuer, {
		clients: [{ client_id: registered.clientId, client_secret: registered.clientSecret, redirect_uris: [redirectUri] }],
		pkce: { required: () => true },
		claims: { openid: ["sub"], email: ["email", "email_verified"] },
		findAccount: (_context, id) => {
			const person = people.find(({ sub }) => sub === id);
			return person === undefined ? undefined : { accountId: id, claims: async () => ({ ...person }) };
		},
		cookies: { keys: ["hospital"] },
		features: { devInteractions: { enabled: false } },
		interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
		ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
	});
	answer = provider.callback();
	return { issuer, prompts: () => prompts };
}

/** What a rogue provider does otherwise than it should. */
export interface Roguery {
	readonly claims?: Readonly<Record<string, unknown>>;
	readonly wrongKey?: boolean;
	readonly unsigned?: boolean;
	readonly issuerOfItself?: string;
	readonly tokenStatus?: number;
	readonly noIdToken?: boolean;
	readonly hang?: boolean;
}

/** A provider that answers as a test says: who came, the nonce it was asked for, and the code verifier that came last. */
export async function startRogueProvider(t: Teardown) {
	const { privateKey, publicKey } = await generateKeyPair("RS256");
	const { privateKey: another } = await generateKeyPair("RS256");
	const jwk = { ...(await exportJWK(publicKey)), kid: "1", alg: "RS256", use: "sig" };
	const rogue = { roguery: {} as Roguery, person: {} as object, nonce: "", verifier: "" };
	const server = createServer((request, response) => {
		void answer(new URL(request.url ?? "/", issuer)).catch((error: unknown) =>
			response.writeHead(500).end(String(error)),
		);

		function json(value: object, status = 200) {
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
		}
		async function answer({ pathname }: URL) {
			const { roguery, person } = rogue;
			if (roguery.hang === true) return;
			if (pathname === "/.well-known/openid-configuration") {
				return json({
					issuer: roguery.issuerOfItself ?? issuer,
					authorization_endpoint: `${issuer}/auth`,
					token_endpoint: `${issuer}/token`,
					jwks_uri: `${issuer}/jwks`,
					response_types_supported: ["code"],
					subject_types_supported: ["public"],
					id_token_signing_alg_values_supported: ["RS256"],
				});
			}
			if (pathname === "/jwks") return json({ keys: [jwk] });
			if (pathname !== "/token") return json({}, 404);
			let form = "";
			for await (const chunk of request) form += chunk;
			rogue.verifier = new URLSearchParams(form).get("code_verifier") ?? "";
			if (roguery.tokenStatus !== undefined) return json({ error: "invalid_grant" }, roguery.tokenStatus);
			const now = Math.floor(Date.now() / 1000);
			const claims = {
				iss: issuer,
				aud: registered.clientId,
				iat: now,
				exp: now + 300,
				nonce: rogue.nonce,
				...person,
				...roguery.claims,
			};
			const token =
				roguery.unsigned === true
					? `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`
					: await new SignJWT(claims)
							.setProtectedHeader({ alg: "RS256", kid: "1" })
							.sign(roguery.wrongKey === true ? another : privateKey);
			return json({
				access_token: "a",
				token_type: "Bearer",
				expires_in: 300,
				...(roguery.noIdToken === true ? {} : { id_token: token }),
			});
		}
	});
	const issuer = `http://localhost:${await listening(t, server)}`;
	return Object.assign(rogue, { issuer });
}
