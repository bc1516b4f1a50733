import t from "tap";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t, { bodyLimit: 2000 });
const { stranger } = server;
const admin = await server.as("admin@test.example");

t.test("request ids: well-formed ones are kept, others replaced", async (t) => {
	t.equal((await stranger.get("/health/live", { "x-request-id": "abc-1" })).headers.get("x-request-id"), "abc-1");
	t.match(
		(await stranger.get("/health/live", { "x-request-id": "a b" })).headers.get("x-request-id"),
		/^[0-9a-f-]{36}$/,
	);
});

t.test("failures: an OperationOutcome under /fhir, problem details elsewhere", async (t) => {
	const wrong: [string, number][] = [
		["/nothing/at/all", 404],
		["/Observation/%E0%A4%A", 400],
		["/Observation", 401],
	];
	for (const [path, status] of wrong) {
		const fhir = await stranger.get(`/fhir${path}`);
		t.equal(fhir.status, status, `${path} ${fhir.text}`);
		t.equal(fhir.body.resourceType, "OperationOutcome");
		t.match(fhir.headers.get("content-type"), /^application\/fhir\+json/);
	}
	const native = await stranger.get("/api/%E0%A4%A");
	t.equal(native.status, 400);
	t.match(native.body, { status: 400, type: "about:blank", errors: [{}] });
	t.equal((await admin.post("/fhir/Observation", "x".repeat(3000))).status, 413);
	t.equal((await admin.post("/api/vitals", "x".repeat(3000))).status, 413);
	t.equal((await admin.post("/fhir/Observation", "x", { "content-type": "text/csv" })).status, 415);
	t.equal(
		(await admin.post("/fhir/Observation", "x", { "content-type": "text/csv" })).body.resourceType,
		"OperationOutcome",
	);
});

t.test("HEAD is like GET without a body; CORS on /fhir only", async (t) => {
	const head = await fetch(`${server.base}/health/live`, { method: "HEAD" });
	t.equal(head.status, 200);
	t.equal(await head.text(), "");
	const preflight = (path: string) =>
		fetch(server.base + path, {
			method: "OPTIONS",
			headers: {
				origin: "https://app.example",
				"access-control-request-method": "PUT",
				"access-control-request-headers": "authorization,if-match",
			},
		});
	const allowed = await preflight("/fhir/Observation/1");
	t.equal(allowed.status, 204);
	t.equal(allowed.headers.get("access-control-allow-origin"), "*");
	t.match(allowed.headers.get("access-control-allow-methods"), /PUT/);
	t.equal((await preflight("/api/vitals")).headers.get("access-control-allow-origin"), null);
	t.match(
		(await fetch(`${server.base}/fhir/metadata`, { headers: { origin: "https://app.example" } })).headers.get(
			"access-control-expose-headers",
		),
		/ETag/,
	);
});

t.test("the front door has a strict policy and no scripts", async (t) => {
	const page = await stranger.get("/");
	t.equal(page.status, 200);
	t.match(page.headers.get("content-security-policy"), /default-src 'none'/);
	t.notMatch(page.text, /<script/);
});

t.test("ready while the database answers, and what was seen is in the access log", async (t) => {
	t.equal((await stranger.get("/health/ready")).status, 200);
	await admin.get(`/api/users/${server.people.patient}`, { "x-request-id": "seen-1" });
	const { serverCaller } = await import("../../../../src/access/caller.ts");
	const { sql } = await import("kysely");
	const rows = await server.database.read(serverCaller, (tx) =>
		tx.query(
			sql`select actor, action, target, returned, patients, outcome from audit.access_log where request_id = 'seen-1'`,
		),
	);
	const target = `users/${server.people.patient}`;
	t.same(rows, [
		{
			actor: `user:${server.people.admin}`,
			action: "read",
			target,
			returned: [target],
			patients: [server.people.patient],
			outcome: "success",
		},
	]);
	await server.database.close();
	t.equal((await stranger.get("/health/ready")).status, 503);
	const broken = await admin.get("/api/vitals");
	t.ok(broken.status >= 500);
	t.notMatch(broken.text, /stack|kysely|pg|node_modules/i);
});
