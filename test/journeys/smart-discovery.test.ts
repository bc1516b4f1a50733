import t from "tap";
import { startTestServer } from "../support/server.ts";
import { answered } from "../support/smart.ts";

// conformance.md A.1 and A.5: what a SMART client looks up before anything else.

const server = await startTestServer(t);
const { base } = server;

const json = (path: string, headers: Record<string, string> = {}) => answered(fetch(base + path, { headers }));

t.test("the SMART configuration: JSON for whoever asks, absolute addresses, what is required", async (t) => {
	for (const accept of ["application/json", "text/html", "application/fhir+xml", "*/*"]) {
		const answer = await json("/fhir/.well-known/smart-configuration", { accept, origin: "https://app.example" });
		t.equal(answer.status, 200);
		t.match(answer.headers.get("content-type"), /^application\/json/);
		t.equal(answer.headers.get("access-control-allow-origin"), "*");
	}
	const { body } = await json("/fhir/.well-known/smart-configuration");
	for (const [name, value] of Object.entries(body)) {
		if (/_endpoint$|_uri$|^issuer$/.test(name)) t.ok(String(value).startsWith(`${base}/`), name);
	}
	t.equal(body.issuer, `${base}/oauth`);
	t.ok(["authorization_code", "client_credentials"].every((one) => body.grant_types_supported.includes(one)));
	t.same(body.code_challenge_methods_supported, ["S256"]);
	t.ok(body.token_endpoint_auth_methods_supported.includes("private_key_jwt"));
	t.ok(body.token_endpoint_auth_signing_alg_values_supported.includes("ES384"));
	t.ok(body.scopes_supported.some((scope: string) => /^(patient|user|system)\/[A-Z]\w+\.c?r?u?d?s?$/.test(scope)));
	t.ok(body.capabilities.every((one: unknown) => typeof one === "string"));
	for (const one of "launch-standalone launch-ehr client-public client-confidential-symmetric client-confidential-asymmetric sso-openid-connect context-standalone-patient context-standalone-encounter context-ehr-patient context-ehr-encounter context-banner context-style permission-offline permission-patient permission-user authorize-post permission-v1 permission-v2".split(
		" ",
	)) {
		t.ok(body.capabilities.includes(one), one);
	}
});

t.test("OpenID discovery below its issuer says what is true, the keys are public ones", async (t) => {
	const { status, headers, body } = await json("/oauth/.well-known/openid-configuration");
	t.equal(status, 200);
	t.match(headers.get("content-type"), /^application\/json/);
	t.equal(body.issuer, `${base}/oauth`);
	t.same(body.response_types_supported, ["code"]);
	t.same(body.grant_types_supported, ["authorization_code", "refresh_token", "client_credentials"]);
	t.ok(body.id_token_signing_alg_values_supported.includes("RS256"));
	t.same(body.code_challenge_methods_supported, ["S256"]);
	const smart = (await json("/fhir/.well-known/smart-configuration")).body;
	for (const name of [
		"authorization_endpoint",
		"token_endpoint",
		"jwks_uri",
		"introspection_endpoint",
		"revocation_endpoint",
	]) {
		t.equal(body[name], smart[name], name);
	}
	const { keys } = (await json(new URL(body.jwks_uri).pathname)).body;
	t.ok(keys.some((key: { kty: string; alg: string }) => key.kty === "RSA" && key.alg === "RS256"));
	for (const key of keys) for (const secret of ["d", "p", "q", "dp", "dq", "qi", "k"]) t.notOk(secret in key, secret);
});

t.test("the capability statement names the same addresses", async (t) => {
	const { body } = await json("/fhir/metadata", { origin: "https://app.example" });
	const [{ security }] = body.rest;
	t.equal(security.service[0].coding[0].code, "SMART-on-FHIR");
	const uris = Object.fromEntries(
		security.extension[0].extension.map((one: { url: string; valueUri: string }) => [one.url, one.valueUri]),
	);
	const smart = (await json("/fhir/.well-known/smart-configuration")).body;
	t.same(uris, {
		authorize: smart.authorization_endpoint,
		token: smart.token_endpoint,
		introspect: smart.introspection_endpoint,
		revoke: smart.revocation_endpoint,
		manage: smart.management_endpoint,
	});
});

t.test("the style is JSON for everybody", async (t) => {
	const { status, headers, body } = await json("/smart-style.json");
	t.equal(status, 200);
	t.equal(headers.get("access-control-allow-origin"), "*");
	t.match(body.color_text, /^#[0-9a-f]{6}$/);
});

t.test("no token: 401, and where to go", async (t) => {
	const answer = await fetch(`${base}/fhir/Patient/1`);
	t.equal(answer.status, 401);
	t.match(answer.headers.get("www-authenticate"), /^Bearer/);
});
