import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { testPassword } from "../support/people.ts";
import { type Session, sessionAt, startTestServer } from "../support/server.ts";
import {
	addTestApps,
	answered,
	authorize,
	callback,
	pkce,
	redeem,
	testSecret,
	token,
	tokenFor,
} from "../support/smart.ts";

// conformance.md A.3, A.4, A.7 and D.9: codes, refresh tokens, introspection, revocation; everything that must happen once on two servers.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const second = await server.beside();
const patient = { email: "patient@test.example" };
const usual = { scope: "openid fhirUser launch/patient offline_access patient/Patient.rs patient/Observation.rs" };

/** Whether a token has ended; the other server is told by Postgres: in milliseconds, which a busy machine may stretch. */
async function isRefused(app: Session): Promise<boolean> {
	for (let tries = 0; tries < 100; tries++) {
		if ((await app.get("/fhir/Patient")).status === 401) return true;
		await sleep(20);
	}
	return false;
}

t.test("codes: what is wrong with them is a 400 or 401, and nothing is given", async (t) => {
	const wrong = async (
		change: (one: { code: string; verifier: string }) => Promise<{ status: number; body: object }>,
		what: string,
	) => {
		const { code, verifier } = await authorize(server, usual, patient);
		const answer = await change({ code: code ?? "", verifier });
		t.ok([400, 401].includes(answer.status), `${what}: ${answer.status}`);
		t.notOk("access_token" in answer.body, what);
		return answer;
	};
	t.equal((await wrong(({ verifier }) => redeem(server, "public-app", "wrong", verifier), "a wrong code")).status, 400);
	await wrong(({ code, verifier }) => redeem(server, "other-app", code, verifier), "another client");
	await wrong(({ code, verifier }) => redeem(server, "nobody", code, verifier), "no client");
	await wrong(({ code }) => redeem(server, "public-app", code, ""), "a blank verifier");
	await wrong(({ code }) => redeem(server, "public-app", code, pkce().verifier), "another verifier");
	const form = { grant_type: "authorization_code", redirect_uri: callback };
	await wrong(({ code }) => token(base, "public-app", { ...form, code }), "no verifier");
	await wrong(
		({ code, verifier }) =>
			token(base, "public-app", {
				...form,
				code,
				code_verifier: verifier,
				redirect_uri: "http://127.0.0.1:9876/other",
			}),
		"another redirect URI",
	);
	await wrong(async ({ code, verifier }) => {
		const { createHash } = await import("node:crypto");
		return redeem(server, "public-app", code, createHash("sha256").update(verifier).digest("base64url"));
	}, "the challenge as verifier");
});

t.test("one code, twenty redemptions on two servers: one succeeds, and no answer is a 500", async (t) => {
	const { code, verifier } = await authorize(server, usual, patient);
	const form = { grant_type: "authorization_code", code: code ?? "", redirect_uri: callback, code_verifier: verifier };
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, at) => token(at % 2 === 0 ? base : second, "public-app", form)),
	);
	t.equal(answers.filter(({ status }) => status === 200).length, 1);
	for (const { status } of answers) t.ok(status === 200 || status === 400, String(status));
});

t.test("a code that comes again ends what it was redeemed for", async (t) => {
	const { code, verifier } = await authorize(server, usual, patient);
	const first = await redeem(server, "public-app", code, verifier);
	t.equal((await sessionAt(second, first.body.access_token).get("/fhir/Patient")).status, 200);
	t.equal((await redeem(server, "public-app", code, verifier)).status, 400);
	t.ok(await isRefused(sessionAt(second, first.body.access_token)));
	t.equal(
		(await token(base, "public-app", { grant_type: "refresh_token", refresh_token: first.body.refresh_token })).status,
		400,
	);
});

t.test("refresh: the same scopes, or fewer; never more; rotated each time", async (t) => {
	const first = await tokenFor(server, { ...usual, client: "secret-app" }, patient);
	const refresh = (refresh_token: string, more = {}) =>
		token(base, "secret-app", { grant_type: "refresh_token", refresh_token, ...more });
	const again = await refresh(first.refresh_token);
	t.equal(again.status, 200, JSON.stringify(again.body));
	t.same(again.body.scope.split(" ").sort(), first.scope.split(" ").sort());
	t.equal(again.body.patient, first.patient);
	t.match(again.headers.get("pragma"), /no-cache/);
	t.not(again.body.refresh_token, first.refresh_token);
	const fewer = await refresh(again.body.refresh_token, { scope: "launch/patient patient/Patient.rs" });
	t.equal(fewer.status, 200, JSON.stringify(fewer.body));
	t.equal(fewer.body.scope, "launch/patient patient/Patient.rs");
	t.equal((await sessionAt(base, fewer.body.access_token).get("/fhir/Observation")).status, 403);
	const all = await refresh(fewer.body.refresh_token);
	t.same(all.body.scope.split(" ").sort(), first.scope.split(" ").sort(), "without scope: what was granted");
	const more = await refresh(all.body.refresh_token, { scope: `${first.scope} patient/Condition.rs` });
	t.equal(more.status, 400);
	t.equal((await refresh("wrong")).status, 400);
	t.ok(
		[400, 401].includes(
			(await token(base, "public-app", { grant_type: "refresh_token", refresh_token: all.body.refresh_token })).status,
		),
		"another client's",
	);
	t.equal((await refresh(all.body.refresh_token)).status, 200, "refusals used nothing up");
});

t.test("a refresh token that comes again ends the grant, on every server", async (t) => {
	const first = await tokenFor(server, usual, patient);
	const refresh = (refresh_token: string) => token(base, "public-app", { grant_type: "refresh_token", refresh_token });
	const next = await refresh(first.refresh_token);
	t.equal((await sessionAt(second, next.body.access_token).get("/fhir/Patient")).status, 200);
	t.equal((await refresh(first.refresh_token)).status, 400);
	t.equal((await refresh(next.body.refresh_token)).status, 400);
	t.ok(await isRefused(sessionAt(second, next.body.access_token)));
});

t.test("one refresh token, twenty uses on two servers: one succeeds", async (t) => {
	const { refresh_token } = await tokenFor(server, usual, patient);
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, at) =>
			token(at % 2 === 0 ? base : second, "public-app", { grant_type: "refresh_token", refresh_token }),
		),
	);
	t.equal(answers.filter(({ status }) => status === 200).length, 1);
	for (const { status } of answers) t.ok(status === 200 || status === 400, String(status));
});

t.test("without offline_access there is no refresh token; online_access lives as long as the sign-in", async (t) => {
	const none = await tokenFor(server, { scope: "launch/patient patient/Patient.rs" }, patient);
	t.notOk("refresh_token" in none);
	t.notOk("id_token" in none);
	const online = { scope: "launch/patient online_access patient/Patient.rs" };
	const { browser, code, verifier } = await authorize(server, online, patient);
	const { body } = await redeem(server, "public-app", code, verifier);
	t.ok(body.refresh_token);
	const app = sessionAt(second, body.access_token);
	t.equal((await app.get("/fhir/Patient")).status, 200);
	await browser.open(`${base}/logout`);
	await browser.open(`${base}/logout`, new URLSearchParams());
	t.ok(await isRefused(app), "signed out");
	t.equal(
		(await token(base, "public-app", { grant_type: "refresh_token", refresh_token: body.refresh_token })).status,
		400,
	);
	const offline = await authorize(server, usual, patient);
	const kept = await redeem(server, "public-app", offline.code, offline.verifier);
	await offline.browser.open(`${base}/logout`, new URLSearchParams());
	t.equal((await sessionAt(second, kept.body.access_token).get("/fhir/Patient")).status, 200, "offline_access is kept");
});

function introspect(value: string, authorization: string) {
	const headers = { accept: "application/json", authorization };
	const body = new URLSearchParams({ token: value });
	return answered(fetch(`${base}/oauth/token/introspection`, { method: "POST", headers, body }));
}
const basic = `Basic ${Buffer.from(`secret-app:${testSecret}`).toString("base64")}`;

t.test("introspection, by a client and by a bearer token: the same as the token response", async (t) => {
	const body = await tokenFor(server, { ...usual, client: "secret-app" }, patient);
	const claims = JSON.parse(Buffer.from(body.id_token.split(".")[1], "base64url").toString());
	for (const authorization of [basic, `Bearer ${body.access_token}`]) {
		const { status, body: told } = await introspect(body.access_token, authorization);
		t.equal(status, 200);
		t.equal(told.active, true);
		t.equal(told.client_id, "secret-app");
		t.same(told.scope.split(" ").sort(), body.scope.split(" ").sort());
		t.ok(told.exp > Date.now() / 1000);
		t.equal(told.patient, body.patient);
		t.equal(told.need_patient_banner, body.need_patient_banner);
		t.equal(told.sub, claims.sub);
		t.equal(told.iss, claims.iss);
		t.same((await introspect("invalid_token_value", authorization)).body, { active: false });
	}
	const other = await tokenFor(server, usual, patient);
	t.same(
		(await introspect(body.access_token, `Bearer ${other.access_token}`)).body,
		{ active: false },
		"another app's token",
	);
	t.equal((await introspect(body.access_token, "Bearer wrong")).status, 401);
	const person = await server.as("patient@test.example");
	t.equal(
		(await introspect(body.access_token, `Bearer ${person.token}`)).status,
		401,
		"a person's own token is no app's",
	);
});

t.test("revocation by the app: of a refresh token ends all, at once on the other server", async (t) => {
	const body = await tokenFor(server, usual, patient);
	const app = sessionAt(second, body.access_token);
	t.equal((await app.get("/fhir/Patient")).status, 200);
	const revoke = (value: string, client_id: string) =>
		fetch(`${base}/oauth/token/revocation`, { method: "POST", body: new URLSearchParams({ token: value, client_id }) });
	await revoke(body.refresh_token, "other-app");
	t.equal((await app.get("/fhir/Patient")).status, 200, "another app cannot");
	t.equal((await revoke(body.refresh_token, "public-app")).status, 200);
	t.ok(await isRefused(app));
	t.equal(
		(await token(base, "public-app", { grant_type: "refresh_token", refresh_token: body.refresh_token })).status,
		400,
	);
	const another = await tokenFor(server, usual, patient);
	await revoke(another.access_token, "public-app");
	t.ok(await isRefused(sessionAt(second, another.access_token)));
});

t.test("revocation by the person on /apps, and by an administrator who removes the app", async (t) => {
	const { browser, code, verifier } = await authorize(server, usual, patient);
	const { body } = await redeem(server, "public-app", code, verifier);
	const app = sessionAt(second, body.access_token);
	t.equal((await app.get("/fhir/Patient")).status, 200);
	await browser.open(`${base}/apps`);
	t.match(browser.text, /Public app/);
	const mine = [...browser.text.matchAll(/name="grant" value="([^"]+)"/g)].map(([, id]) => id ?? "");
	const stranger = await authorize(
		server,
		{ scope: "launch/patient patient/Patient.rs" },
		{ email: "other@test.example" },
	);
	for (const grant of mine) await stranger.browser.open(`${base}/apps/revoke`, new URLSearchParams({ grant }));
	t.equal((await app.get("/fhir/Patient")).status, 200, "nobody else can");
	for (const grant of mine) await browser.open(`${base}/apps/revoke`, new URLSearchParams({ grant }));
	t.ok(await isRefused(app));
	t.match(browser.text, /given no app access/);

	const removed = await tokenFor(server, { ...usual, client: "other-app" }, patient);
	t.equal((await sessionAt(second, removed.access_token).get("/fhir/Patient")).status, 200);
	const admin = await server.as("admin@test.example");
	t.equal((await admin.delete("/api/admin/clients/other-app")).status, 204);
	t.ok(await isRefused(sessionAt(second, removed.access_token)));
});

t.test("a new password ends what was granted and who was signed in under the old one", async (t) => {
	const email = "other@test.example";
	const { browser, code, verifier } = await authorize(server, usual, { email });
	const { body } = await redeem(server, "public-app", code, verifier);
	const app = sessionAt(second, body.access_token);
	t.equal((await app.get("/fhir/Patient")).status, 200);
	const person = await server.as(email);
	const passwords = { currentPassword: testPassword, newPassword: "another-heart-2026" };
	t.equal((await person.post("/api/auth/password", passwords)).status, 204);
	t.ok(await isRefused(app));
	const again = { grant_type: "refresh_token", refresh_token: body.refresh_token };
	t.equal((await token(base, "public-app", again)).status, 400);
	await browser.open(`${base}/apps`);
	t.match(browser.url, /\/sign-in/);
});

t.test("tokens are in the database as hashes only", async (t) => {
	const body = await tokenFor(server, usual, patient);
	const { default: pg } = await import("pg");
	const client = new pg.Client({ connectionString: server.ownerUrl });
	await client.connect();
	const { rows } = await client.query("select encode(id, 'escape') id, payload::text from auth.record");
	await client.end();
	const text = JSON.stringify(rows);
	t.ok(rows.length > 0);
	for (const secret of [body.access_token, body.refresh_token]) t.notOk(text.includes(secret));
	t.notOk(server.logged.join("").includes(body.access_token));
});

t.test("what was granted, refused and ended is in the access log", async (t) => {
	const { default: pg } = await import("pg");
	const client = new pg.Client({ connectionString: server.ownerUrl });
	await client.connect();
	const { rows } = await client.query(
		"select distinct action || ' ' || target || ' ' || outcome as line from audit.access_log",
	);
	await client.end();
	const lines = rows.map(({ line }) => line);
	for (const line of [
		"grant app/public-app success",
		"token app/public-app success",
		"token app/public-app refused",
		"revoke app/public-app success",
	]) {
		t.ok(lines.includes(line), line);
	}
	t.ok(people.patient);
});
