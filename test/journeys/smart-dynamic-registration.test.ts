import { exportJWK, generateKeyPair } from "jose";
import * as client from "openid-client";
import pg from "pg";
import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import { addTestApps, authorize, Browser, callback, redeem, token, tokenFor } from "../support/smart.ts";

// RFC 7591 and 7592: apps register themselves where the operator lets them; what they get is no more than people grant.

const server = await startTestServer(t, { config: { dynamicRegistration: true } });
await addTestApps(server);
const { base } = server;
const endpoint = `${base}/oauth/register`;
const patient = { email: "patient@test.example" };
const usual = { client_name: "Found app", redirect_uris: [callback], token_endpoint_auth_method: "none" };
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

/** Forgets how many came before: everybody here comes from one address. */
const again = () => owner.query("delete from auth.attempt");

async function register(metadata: unknown, headers: Record<string, string> = {}) {
	await again();
	const response = await fetch(endpoint, {
		method: "POST",
		headers: { "content-type": "application/json", ...headers },
		body: typeof metadata === "string" ? metadata : JSON.stringify(metadata),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

function manage(method: string, uri: string, bearer: string | undefined) {
	return fetch(uri, { method, headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` } });
}

t.test("a public app registers itself, is granted access, reads its registration and ends it", async (t) => {
	const made = await register(usual, { origin: "https://app.example" });
	t.equal(made.status, 201, JSON.stringify(made.body));
	t.equal(made.headers.get("access-control-allow-origin"), "*");
	t.match(made.headers.get("cache-control"), /no-store/);
	t.match(made.body, {
		client_name: "Found app",
		redirect_uris: [callback],
		token_endpoint_auth_method: "none",
		grant_types: ["authorization_code", "refresh_token"],
		response_types: ["code"],
	});
	t.notOk("client_secret" in made.body);
	const { client_id: id, registration_access_token: bearer, registration_client_uri: uri } = made.body;
	const asked = { client: id, scope: "launch/patient patient/Patient.rs" };
	const { browser } = await authorize(server, asked, { ...patient, scopes: [] });
	t.match(browser.text, /registered itself, and nobody here has looked at it/);
	t.match(browser.text, /http:\/\/127\.0\.0\.1:9876/, "where it leads");
	const { access_token } = await tokenFor(server, asked, patient);
	t.equal((await sessionAt(base, access_token).get("/fhir/Patient")).status, 200);

	const read = await manage("GET", uri, bearer);
	t.equal(read.status, 200);
	t.match(await read.json(), { client_id: id, registration_access_token: bearer, registration_client_uri: uri });
	const other = (await register(usual)).body;
	for (const [method, wrong] of [
		["GET", undefined],
		["GET", "wrong"],
		["DELETE", other.registration_access_token],
		["GET", access_token],
		["DELETE", undefined],
	] as const) {
		const answer = await manage(method, uri, wrong);
		t.equal(answer.status, 401, `${method} ${wrong}`);
		t.match(answer.headers.get("www-authenticate"), /invalid_token/);
	}
	t.equal((await manage("GET", `${endpoint}/public-app`, bearer)).status, 401, "a client of an administrator's");
	t.equal((await manage("DELETE", `${endpoint}/nobody`, bearer)).status, 401);
	t.equal((await manage("PUT", uri, bearer)).status, 405);
	t.equal((await manage("DELETE", uri, bearer)).status, 204);
	t.equal((await manage("GET", uri, bearer)).status, 401);
	t.equal((await sessionAt(base, access_token).get("/fhir/Patient")).status, 401, "its tokens have ended");
	t.notOk((await authorize(server, asked, patient)).code);
});

t.test("confidential apps: a secret shown once, or keys of their own", async (t) => {
	for (const method of [undefined, "client_secret_basic", "client_secret_post"]) {
		const { body } = await register({ ...usual, token_endpoint_auth_method: method });
		t.equal(body.token_endpoint_auth_method, "client_secret_basic");
		t.match(body.client_secret, /^[\w-]{43}$/);
		t.equal(body.client_secret_expires_at, 0);
		const read = await (await manage("GET", body.registration_client_uri, body.registration_access_token)).json();
		t.notOk("client_secret" in (read as object));
		const { code, verifier } = await authorize(
			server,
			{ client: body.client_id, scope: "launch/patient patient/Patient.rs" },
			patient,
		);
		const form = {
			grant_type: "authorization_code",
			code: code ?? "",
			redirect_uri: callback,
			code_verifier: verifier,
		};
		t.equal((await redeem(server, body.client_id, code, verifier)).status, 401, "without it");
		const inBody = { ...form, client_secret: body.client_secret };
		t.equal((await token(base, body.client_id, inBody)).status, 200, `${method}`);
	}
	const jwk = { ...(await exportJWK((await generateKeyPair("ES384")).publicKey)), kid: "1", alg: "ES384" };
	const keyed = await register({ ...usual, token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [jwk] } });
	t.equal(keyed.status, 201, JSON.stringify(keyed.body));
	t.same(keyed.body.jwks, { keys: [jwk] });
});

t.test("as openid-client does it", async (t) => {
	await again();
	const config = await client.dynamicClientRegistration(
		new URL(`${base}/oauth`),
		{ client_name: "Library", redirect_uris: ["https://app.example/callback"] },
		undefined,
		{ execute: [client.allowInsecureRequests] },
	);
	t.equal(config.clientMetadata().client_name, "Library");
});

t.test("what cannot be registered is said in the words of RFC 7591", async (t) => {
	const key = { kty: "EC", crv: "P-384", x: "a", y: "b", kid: "1" };
	const wrong: [unknown, string][] = [
		["not json", "invalid_client_metadata"],
		["", "invalid_client_metadata"],
		["null", "invalid_client_metadata"],
		[[], "invalid_client_metadata"],
		['{"__proto__":{}}', "invalid_client_metadata"],
		[{ ...usual, redirect_uris: undefined }, "invalid_redirect_uri"],
		[{ ...usual, redirect_uris: [] }, "invalid_redirect_uri"],
		[{ ...usual, redirect_uris: [7] }, "invalid_redirect_uri"],
		[{ ...usual, redirect_uris: ["http://evil.example/cb"] }, "invalid_redirect_uri"],
		[{ ...usual, redirect_uris: ["javascript:alert(1)"] }, "invalid_redirect_uri"],
		[{ ...usual, redirect_uris: [`${callback}#x`] }, "invalid_redirect_uri"],
		[{ ...usual, redirect_uris: ["https://a.example/\u0000"] }, "invalid_redirect_uri"],
		[{ ...usual, redirect_uris: Array(21).fill(callback) }, "invalid_redirect_uri"],
		[{ ...usual, grant_types: ["client_credentials"] }, "invalid_client_metadata"],
		[{ ...usual, grant_types: ["authorization_code", "client_credentials"] }, "invalid_client_metadata"],
		[{ ...usual, grant_types: ["implicit"] }, "invalid_client_metadata"],
		[{ ...usual, response_types: ["token"] }, "invalid_client_metadata"],
		[{ ...usual, scope: "system/*.rs" }, "invalid_client_metadata"],
		[{ ...usual, scope: "patient/Patient.rs system/Patient.read" }, "invalid_client_metadata"],
		[{ ...usual, scope: "patient/Nothing.rs" }, "invalid_client_metadata"],
		[{ ...usual, scope: 7 }, "invalid_client_metadata"],
		[{ ...usual, token_endpoint_auth_method: "tls_client_auth" }, "invalid_client_metadata"],
		[{ ...usual, token_endpoint_auth_method: "constructor" }, "invalid_client_metadata"],
		[{ ...usual, token_endpoint_auth_method: "private_key_jwt" }, "invalid_client_metadata"],
		[
			{ ...usual, token_endpoint_auth_method: "private_key_jwt", jwks_uri: "http://169.254.169.254/" },
			"invalid_client_metadata",
		],
		[
			{ ...usual, token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ ...key, d: "x" }] } },
			"invalid_client_metadata",
		],
		[{ ...usual, jwks: { keys: [key] } }, "invalid_client_metadata"],
		[{ ...usual, jwks: [] }, "invalid_client_metadata"],
		[{ ...usual, client_name: "a\u202eb" }, "invalid_client_metadata"],
		[{ ...usual, client_name: "x".repeat(201) }, "invalid_client_metadata"],
	];
	const before = (await owner.query("select count(*)::int as n from auth.client")).rows[0].n;
	for (const [metadata, error] of wrong) {
		const answer = await register(metadata);
		t.equal(answer.status, 400, JSON.stringify(metadata)?.slice(0, 200));
		t.equal(answer.body?.error, error, `${JSON.stringify(metadata)?.slice(0, 200)}: ${JSON.stringify(answer.body)}`);
		t.type(answer.body?.error_description, "string");
	}
	t.equal((await owner.query("select count(*)::int as n from auth.client")).rows[0].n, before, "nothing is kept");
	t.equal((await register({ ...usual, client_name: "x".repeat(70_000) })).status, 413);
	t.equal(
		(await register({ ...usual, logo_uri: "https://x.example/", software_id: 7 })).status,
		201,
		"what is not known is left out",
	);
});

t.test("it gets what people grant, never more than it registered for, and never acts by itself", async (t) => {
	const { body } = await register({
		...usual,
		token_endpoint_auth_method: undefined,
		scope: "launch/patient patient/Observation.rs",
	});
	const { code, verifier } = await authorize(
		server,
		{ client: body.client_id, scope: "launch/patient patient/*.cruds" },
		patient,
	);
	const form = {
		grant_type: "authorization_code",
		code: code ?? "",
		redirect_uri: callback,
		code_verifier: verifier,
		client_secret: body.client_secret,
	};
	t.equal((await token(base, body.client_id, form)).body.scope, "launch/patient patient/Observation.rs");
	const alone = await token(base, body.client_id, {
		grant_type: "client_credentials",
		scope: "system/*.rs",
		client_secret: body.client_secret,
	});
	t.ok([400, 401].includes(alone.status));
	t.notOk("access_token" in alone.body);
	const therapist = await server.as("therapist@test.example");
	const launch = await therapist.post("/api/launch", {
		clientId: body.client_id,
		patient: server.people.profiles.patient,
	});
	t.equal(launch.status, 400, "nobody is offered to open it for a patient");
});

t.test("administrators see where it came from, and remove it", async (t) => {
	const { body } = await register({ ...usual, client_name: undefined });
	const admin = await server.as("admin@test.example");
	const { data } = (await admin.get("/api/admin/clients")).body;
	const shown = (id: string) => data.find(({ clientId }: { clientId: string }) => clientId === id);
	t.match(shown(body.client_id), { registeredItself: true, name: "127.0.0.1:9876" });
	t.equal(shown("public-app").registeredItself, false);
	const changed = await admin.patch(`/api/admin/clients/${body.client_id}`, { name: "Looked at" });
	t.match(changed.body, { name: "Looked at", registeredItself: true });
	t.equal((await manage("GET", body.registration_client_uri, body.registration_access_token)).status, 200);
	t.equal((await admin.delete(`/api/admin/clients/${body.client_id}`)).status, 204);
	t.equal((await manage("GET", body.registration_client_uri, body.registration_access_token)).status, 401);
	const { rows } = await owner.query(
		"select action || ' ' || target || ' ' || outcome as line from audit.access_log where actor like 'app%'",
	);
	const lines = rows.map(({ line }) => line);
	t.ok(lines.includes(`register app/${body.client_id} success`));
	t.ok(lines.includes("register app refused"));
});

t.test("ten within 15 minutes from one address, sign-ins apart", async (t) => {
	await again();
	const one = async () => {
		const body = JSON.stringify(usual);
		return fetch(endpoint, { method: "POST", headers: { "content-type": "application/json" }, body });
	};
	for (let count = 0; count < 10; count++) t.equal((await one()).status, 201);
	const refused = await one();
	t.equal(refused.status, 429);
	t.ok(Number(refused.headers.get("retry-after")) > 0);
	t.equal(
		(await server.stranger.post("/api/auth/login", { email: "patient@test.example", password: "heart-test-2026" }))
			.status,
		200,
	);
	await again();
});

t.test("those nobody wants go after a month", async (t) => {
	const { forgetAuthorizations } = await import("../../src/store/authorization/records.ts");
	const [unused, used] = [(await register(usual)).body, (await register(usual)).body];
	await tokenFor(server, { client: used.client_id, scope: "launch/patient patient/Patient.rs" }, patient);
	await owner.query("update auth.client set created_at = now() - interval '31 days'");
	await forgetAuthorizations(server.database);
	const { rows } = await owner.query("select id from auth.client");
	const ids = rows.map(({ id }) => id);
	t.notOk(ids.includes(unused.client_id));
	t.ok(ids.includes(used.client_id));
	t.ok(ids.includes("public-app"));
});

t.test("where it is said, and where it is not there", async (t) => {
	for (const path of ["/fhir/.well-known/smart-configuration", "/oauth/.well-known/openid-configuration"]) {
		t.equal(
			((await (await fetch(base + path)).json()) as { registration_endpoint: string }).registration_endpoint,
			endpoint,
		);
	}
	const closed = await startTestServer(t);
	for (const path of ["/fhir/.well-known/smart-configuration", "/oauth/.well-known/openid-configuration"]) {
		t.notOk("registration_endpoint" in ((await (await fetch(closed.base + path)).json()) as object));
	}
	const headers = { "content-type": "application/json" };
	const answer = await fetch(`${closed.base}/oauth/register`, { method: "POST", headers, body: JSON.stringify(usual) });
	t.equal(answer.status, 404);
	const browser = new Browser(base);
	await browser.open("/oauth/register");
	t.equal(browser.status, 405);
});
