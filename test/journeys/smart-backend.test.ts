import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from "jose";
import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import { addClient, token } from "../support/smart.ts";

// conformance.md A.8: backend services (client_credentials with private_key_jwt), and what is not to pass for an assertion.

const server = await startTestServer(t);
const { base } = server;
const second = await server.beside();
const endpoint = `${base}/oauth/token`;

async function pair(alg: "RS384" | "ES384" | "RS256", kid: string) {
	const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
	return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig", key_ops: ["verify"] } as JWK };
}

const rsa = await pair("RS384", "rsa");
const ec = await pair("ES384", "ec");
const stranger = await pair("ES384", "ec");
await addClient(server, "backend", {
	authMethod: "private_key_jwt",
	redirectUris: [],
	launchUrl: null,
	jwks: { keys: [rsa.jwk, ec.jwk] },
	scopes: "system/Observation.rs system/Patient.rs",
});
await addClient(server, "wide", {
	authMethod: "private_key_jwt",
	redirectUris: [],
	launchUrl: null,
	jwks: { keys: [ec.jwk] },
	scopes: "system/*.cruds",
});

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
let count = 0;

/** An assertion as Inferno makes it: no iat, no nbf. */
async function assertion(
	change: {
		claims?: Record<string, unknown>;
		header?: Partial<JWTHeaderParameters>;
		key?: CryptoKey;
		client?: string;
	} = {},
): Promise<string> {
	const client = change.client ?? "backend";
	const claims = {
		iss: client,
		sub: client,
		aud: endpoint,
		jti: `jti-${count++}-${Math.random()}`,
		exp: Math.floor(Date.now() / 1000) + 300,
		...change.claims,
	};
	const header = { alg: "ES384", kid: "ec", typ: "JWT", ...change.header };
	return new SignJWT(JSON.parse(JSON.stringify(claims)))
		.setProtectedHeader(header as JWTHeaderParameters)
		.sign(change.key ?? ec.privateKey);
}

const ask = (client_assertion: string, scope = "system/Observation.rs", at = base, more: Record<string, string> = {}) =>
	token(at, "backend", {
		grant_type: "client_credentials",
		client_assertion_type: assertionType,
		client_assertion,
		scope,
		...more,
	});

t.test("RS384 and ES384 get a token for five minutes, without a refresh token", async (t) => {
	for (const [header, key] of [
		[{ alg: "RS384", kid: "rsa" }, rsa.privateKey],
		[{ alg: "ES384", kid: "ec" }, ec.privateKey],
	] as const) {
		const { status, body, headers } = await ask(await assertion({ header, key }));
		t.equal(status, 200, JSON.stringify(body));
		t.match(body.token_type, /^bearer$/i);
		t.equal(body.expires_in, 300);
		t.equal(body.scope, "system/Observation.rs");
		t.notOk("refresh_token" in body);
		t.match(headers.get("cache-control"), /no-store/);
		t.match(headers.get("pragma"), /no-cache/);
		const app = sessionAt(second, body.access_token);
		t.equal((await app.get("/fhir/Observation?_summary=count")).status, 200);
		t.equal((await app.get("/fhir/Patient")).status, 403);
		t.equal((await app.get("/api/users")).status, 403);
	}
});

t.test("scopes: what it was registered for, narrowed; nothing left is invalid_scope", async (t) => {
	const scopes = async (asked: string) => (await ask(await assertion(), asked)).body;
	t.equal((await scopes("system/*.cruds")).scope, "system/Observation.rs system/Patient.rs");
	t.equal((await scopes("system/Observation.cruds system/Condition.rs")).scope, "system/Observation.rs");
	t.equal((await scopes("system/Patient.read")).scope, "system/Patient.read", "v1 is given back as v1");
	for (const none of [
		"system/Condition.rs",
		"patient/Observation.rs",
		"user/*.rs",
		"openid",
		"nonsense",
		"system/Observation.c",
		"system/Observation.sr",
	]) {
		const answer = await ask(await assertion(), none);
		t.equal(answer.status, 400, none);
		t.equal(answer.body.error, "invalid_scope", none);
	}
	const without = await token(base, "backend", {
		grant_type: "client_credentials",
		client_assertion_type: assertionType,
		client_assertion: await assertion(),
	});
	t.equal(without.body.error, "invalid_scope");
});

t.test("what is not a good assertion is invalid_client", async (t) => {
	const now = Math.floor(Date.now() / 1000);
	const bad: Record<string, Parameters<typeof assertion>[0]> = {
		"another key": { key: stranger.privateKey },
		"an unknown kid": { header: { kid: "other" } },
		"the kid of another type of key": { header: { kid: "rsa" } },
		expired: { claims: { exp: now - 60 } },
		"good for too long": { claims: { exp: now + 3600 } },
		"no exp": { claims: { exp: undefined } },
		"no jti": { claims: { jti: undefined } },
		"another audience": { claims: { aud: "https://other.example/token" } },
		"the FHIR base as audience": { claims: { aud: `${base}/fhir` } },
		"no audience": { claims: { aud: undefined } },
		"another issuer": { claims: { iss: "wide" } },
		"a jku": { header: { jku: "https://evil.example/jwks.json" } },
	};
	for (const [what, change] of Object.entries(bad)) {
		const { status, body } = await ask(await assertion(change));
		t.ok([400, 401].includes(status), `${what}: ${status}`);
		t.equal(body.error, "invalid_client", what);
	}
	const unknown = await ask(await assertion({ client: "nobody" }));
	t.equal(unknown.body.error, "invalid_client");
	const rs256 = await pair("RS256", "rsa");
	t.equal(
		(await ask(await assertion({ header: { alg: "RS256", kid: "rsa" }, key: rs256.privateKey }))).body.error,
		"invalid_client",
	);
});

t.test("algorithm confusion: none, HMAC with the public key, an embedded key", async (t) => {
	const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
	const claims = {
		iss: "backend",
		sub: "backend",
		aud: endpoint,
		jti: `confused-${Math.random()}`,
		exp: Math.floor(Date.now() / 1000) + 200,
	};
	const secret = new TextEncoder().encode(JSON.stringify(rsa.jwk));
	for (const forged of [
		`${part({ alg: "none", kid: "rsa" })}.${part(claims)}.`,
		`${part({ alg: "None", kid: "rsa" })}.${part(claims)}.x`,
		await new SignJWT(claims).setProtectedHeader({ alg: "HS384", kid: "rsa" }).sign(secret),
		await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "rsa" }).sign(secret),
		await new SignJWT(claims)
			.setProtectedHeader({ alg: "ES384", kid: "ec", jwk: stranger.jwk as never })
			.sign(stranger.privateKey),
		"a.b.c",
		"x",
	]) {
		const { status, body } = await ask(forged);
		t.ok([400, 401].includes(status), forged.slice(0, 40));
		t.notOk("access_token" in body);
	}
});

t.test("one assertion, twenty uses on two servers: one succeeds, and none later", async (t) => {
	const one = await assertion();
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, at) => ask(one, "system/Observation.rs", at % 2 === 0 ? base : second)),
	);
	t.equal(answers.filter(({ status }) => status === 200).length, 1);
	for (const { status, body } of answers) if (status !== 200) t.equal(body.error, "invalid_client");
	t.equal((await ask(one)).body.error, "invalid_client");
});

t.test("Inferno's requests: another grant type, another assertion type", async (t) => {
	const other = await token(base, "backend", {
		grant_type: "not_a_grant_type",
		client_assertion_type: assertionType,
		client_assertion: await assertion(),
		scope: "system/Observation.rs",
	});
	t.equal(other.status, 400);
	const type = await token(base, "backend", {
		grant_type: "client_credentials",
		client_assertion_type: "not_an_assertion_type",
		client_assertion: await assertion(),
		scope: "system/Observation.rs",
	});
	t.ok([400, 401].includes(type.status));
	const secret = await token(base, "backend", {
		grant_type: "client_credentials",
		client_secret: "x",
		scope: "system/Observation.rs",
	});
	t.ok([400, 401].includes(secret.status), "a secret is no key");
});

t.test("keys at an address: fetched, kept as long as their server allows, only the right ones", async (t) => {
	let served: JWK[] = [ec.jwk];
	let cache = "max-age=0";
	let asked = 0;
	const keys: Server = createServer((_request, response) => {
		asked++;
		response.setHeader("cache-control", cache);
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify({ keys: served }));
	});
	await new Promise<void>((resolve) => keys.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`;
	await addClient(server, "by-url", {
		authMethod: "private_key_jwt",
		redirectUris: [],
		launchUrl: null,
		jwksUri: url,
		scopes: "system/*.rs",
	});
	const by = async (change: Parameters<typeof assertion>[0] = {}) =>
		ask(await assertion({ client: "by-url", ...change }));
	t.equal((await by()).status, 200);
	t.equal((await by({ header: { jku: url } })).status, 200, "jku is the registered address");
	t.equal((await by({ header: { jku: `${url}?x` } })).body.error, "invalid_client");
	served = [stranger.jwk];
	t.equal((await by()).body.error, "invalid_client", "max-age=0: the old key is forgotten");
	t.equal((await by({ key: stranger.privateKey })).status, 200, "the new one is known");
	cache = "max-age=600";
	t.equal((await by({ key: stranger.privateKey })).status, 200);
	const before = asked;
	t.equal((await by({ key: stranger.privateKey })).status, 200);
	t.equal(asked, before, "kept for its time");
	keys.closeAllConnections();
	await new Promise((resolve) => keys.close(resolve));
});

t.test("what a backend writes and reads is everybody's, within its scopes, and named in the log", async (t) => {
	const { body } = await ask(await assertion({ client: "wide" }), "system/*.cruds");
	const app = sessionAt(base, body.access_token);
	t.equal((await app.get("/fhir/Patient")).body.entry.length, 3);
	t.equal((await app.post("/fhir/Organization", { resourceType: "Organization", name: "Clinic" })).status, 201);
	const text = (await app.get("/fhir/Practitioner")).text;
	t.notMatch(text, /password|\$2[aby]\$/);
	const { default: pg } = await import("pg");
	const client = new pg.Client({ connectionString: server.ownerUrl });
	await client.connect();
	const { rows } = await client.query(
		"select count(*)::int n from audit.access_log where actor = 'app:wide' and action in ('search-type', 'create', 'token')",
	);
	await client.end();
	t.ok(rows[0].n >= 3);
});
