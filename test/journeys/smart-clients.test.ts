import { Client as FhirClient } from "fhir-kit-client";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import * as openid from "openid-client";
import t from "tap";
import { startTestServer, type TestServer } from "../support/server.ts";
import { addClient, addTestApps, Browser, callback, testSecret } from "../support/smart.ts";

// Clients nobody here wrote: openid-client (certified by the OpenID Foundation), fhir-kit-client.

const server = await startTestServer(t);
await addTestApps(server);
const { base } = server;
const issuer = new URL(`${base}/oauth`);
const insecure = { execute: [openid.allowInsecureRequests] };

/** What openid-client does with an app, up to the tokens. */
async function signIn(config: openid.Configuration, scope: string, more: Record<string, string> = {}) {
	const verifier = openid.randomPKCECodeVerifier();
	const [state, nonce] = [openid.randomState(), openid.randomNonce()];
	const url = openid.buildAuthorizationUrl(config, {
		redirect_uri: callback,
		scope,
		aud: `${base}/fhir`,
		state,
		nonce,
		code_challenge: await openid.calculatePKCECodeChallenge(verifier),
		code_challenge_method: "S256",
		...more,
	});
	const browser = await new Browser(base).open(url.href);
	await browser.submit({ email: "patient@test.example", password: "heart-test-2026" });
	await browser.submit({ decision: "allow" });
	return openid.authorizationCodeGrant(config, new URL(browser.url), {
		pkceCodeVerifier: verifier,
		expectedState: state,
		expectedNonce: nonce,
	});
}

t.test("openid-client: a public, a secret and an asymmetric app sign in, refresh, introspect and revoke", async (t) => {
	const { privateKey, publicKey } = await generateKeyPair("ES384", { extractable: true });
	await addClient(server, "key-app", {
		authMethod: "private_key_jwt",
		jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES384" } as JWK] },
	});
	const kinds = {
		"public-app": openid.None(),
		"secret-app": openid.ClientSecretBasic(testSecret),
		"key-app": openid.PrivateKeyJwt({ key: privateKey, kid: "k" }),
	};
	for (const [client, authentication] of Object.entries(kinds)) {
		const config = await openid.discovery(issuer, client, undefined, authentication, insecure);
		const tokens = await signIn(config, "openid fhirUser profile launch/patient offline_access patient/Patient.rs");
		const claims = tokens.claims();
		t.equal(claims?.fhirUser, `${base}/fhir/Patient/${tokens.patient}`, client);
		t.equal(claims?.iss, issuer.href);
		const renewed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? "");
		t.equal(renewed.scope, tokens.scope);
		if (client !== "public-app") t.equal((await openid.tokenIntrospection(config, renewed.access_token)).active, true);
		const fhir = new FhirClient({ baseUrl: `${base}/fhir`, bearerToken: renewed.access_token });
		const patient = await fhir.read({ resourceType: "Patient", id: String(tokens.patient) });
		t.equal(patient.resourceType, "Patient");
		await openid.tokenRevocation(config, renewed.refresh_token ?? "");
		await t.rejects(openid.refreshTokenGrant(config, renewed.refresh_token ?? ""));
		await t.rejects(fhir.read({ resourceType: "Patient", id: String(tokens.patient) }));
	}
});

t.test(
	"openid-client: ID tokens signed with ES384 or RS256 are checked against the published keys, also after a rotation",
	async (t) => {
		const { rotateSigningKeys } = await import("../../src/auth/server/signing-keys.ts");
		const { sealer } = await import("../../src/secrets/sealer.ts");
		const { testKey } = await import("../support/postgres.ts");
		const before = await keysOf(server);
		await rotateSigningKeys(server.database, sealer([testKey]));
		for (let tries = 0; tries < 100 && (await keysOf(server)).length === before.length; tries++) {
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		const after = await keysOf(server);
		t.equal(after.length, before.length * 2, "the old ones are published still");
		const config = await openid.discovery(issuer, "public-app", undefined, openid.None(), insecure);
		const tokens = await signIn(config, "openid launch/patient patient/Patient.rs");
		const { kid, alg } = JSON.parse(Buffer.from((tokens.id_token ?? "").split(".")[0] ?? "", "base64url").toString());
		t.equal(alg, "RS256");
		t.notOk(before.includes(kid), "signed with a new key");
		openid.enableNonRepudiationChecks(config);
		t.ok((await signIn(config, "openid launch/patient patient/Patient.rs")).claims()?.sub, "the signature is good");
	},
);

t.test("openid-client: a backend client", async (t) => {
	const { privateKey, publicKey } = await generateKeyPair("RS384", { extractable: true });
	const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "b", alg: "RS384" } as JWK] };
	await addClient(server, "openid-backend", {
		authMethod: "private_key_jwt",
		redirectUris: [],
		launchUrl: null,
		jwks,
		scopes: "system/*.rs",
	});
	const key = openid.PrivateKeyJwt(
		{ key: privateKey, kid: "b" },
		{
			[openid.modifyAssertion]: (_header, payload) => {
				payload.exp = Number(payload.iat) + 200;
			},
		},
	);
	const config = await openid.discovery(issuer, "openid-backend", undefined, key, insecure);
	const tokens = await openid.clientCredentialsGrant(config, { scope: "system/Patient.rs" });
	const fhir = new FhirClient({ baseUrl: `${base}/fhir`, bearerToken: tokens.access_token });
	const page = await fhir.search({ resourceType: "Patient", searchParams: { _count: 1 } });
	t.equal(page.resourceType, "Bundle");
});

t.test("fhir-kit-client finds the authorization server", async (t) => {
	const fhir = new FhirClient({ baseUrl: `${base}/fhir` });
	const found = await fhir.smartAuthMetadata();
	t.equal(found.authorizeUrl?.toString(), `${base}/oauth/auth`);
	t.equal(found.tokenUrl?.toString(), `${base}/oauth/token`);
});

async function keysOf({ base: at }: TestServer): Promise<string[]> {
	const { keys } = (await (await fetch(`${at}/oauth/jwks`)).json()) as { keys: { kid: string }[] };
	return keys.map(({ kid }) => kid);
}
