import t from "tap";
import { fhirSession, organization, sessionOf } from "../src/http/fhir/session.ts";

const session = await fhirSession(t);
const { send, get, base } = session;

t.test("create: 201, Location, ETag, Last-Modified; the body's id and meta are not taken (B.1)", async (t) => {
	const meta = { versionId: "77", lastUpdated: "2001-01-01T00:00:00Z" };
	const created = await send("POST", "/Organization", organization("c1", { id: "mine", meta }));
	t.equal(created.status, 201);
	t.not(created.body.id, "mine");
	t.equal(created.body.meta.versionId, "1");
	t.not(created.body.meta.lastUpdated, meta.lastUpdated);
	t.equal(created.headers.get("location"), `${base}/Organization/${created.body.id}/_history/1`);
	t.equal(created.headers.get("etag"), 'W/"1"');
	t.ok(created.headers.get("last-modified"));
	t.match(created.headers.get("content-type"), /^application\/fhir\+json; charset=utf-8$/);
	const again = await get(`/Organization/${created.body.id}`);
	t.equal(again.status, 200);
	t.same(again.body, created.body);
});

t.test("create: everything that is wrong comes at once", async (t) => {
	const wrong = await send("POST", "/Organization", { resourceType: "Organization", nmae: "x", active: "yes" });
	t.equal(wrong.status, 400);
	t.equal(wrong.body.resourceType, "OperationOutcome");
	t.same(wrong.body.issue.flatMap((issue: { expression: string[] }) => issue.expression).sort(), [
		"Organization.active",
		"Organization.nmae",
	]);
});

t.test("create: bodies that are not a resource of that type", async (t) => {
	for (const [body, what] of [
		["{", "not JSON"],
		["[]", "an array"],
		["{}", "no resourceType"],
		["", "empty"],
		[JSON.stringify({ resourceType: "Practitioner" }), "another type"],
		['{"resourceType":"Organization","name":"a","name":"b"}', "a key twice"],
		[JSON.stringify({ resourceType: "Organization", name: "" }), "an empty string"],
		[JSON.stringify({ resourceType: "Organization", identifier: [] }), "an empty array"],
		[JSON.stringify({ resourceType: "Organization", name: null }), "null"],
	] as const) {
		const answer = await send("POST", "/Organization", body);
		t.equal(answer.status, 400, what);
		t.equal(answer.body?.resourceType, "OperationOutcome", what);
	}
});

t.test("unknown types are 404, other methods 405 with Allow, both with an OperationOutcome", async (t) => {
	for (const [method, path] of [
		["GET", "/Patiens/1"],
		["GET", "/patient"],
		["POST", "/Nothing"],
		["PUT", "/Nothing/1"],
		["GET", "/Nothing/_history"],
	] as const) {
		const answer = await send(method, path, method === "GET" ? undefined : { resourceType: "Nothing", id: "1" });
		t.equal(answer.status, 404, `${method} ${path}`);
		t.equal(answer.body.resourceType, "OperationOutcome");
	}
	for (const [method, path] of [
		["PATCH", "/Organization/1/_history"],
		["POST", "/Organization/1"],
		["DELETE", "/metadata"],
		["PUT", "/"],
		["DELETE", "/Organization/1/_history"],
	] as const) {
		const answer = await send(method, path, undefined);
		t.equal(answer.status, 405, `${method} ${path}`);
		t.equal(answer.body.resourceType, "OperationOutcome");
		t.ok(answer.headers.get("allow"));
	}
});

t.test("update, vread, If-Match, delete and back to life (B.1)", async (t) => {
	const path = "/Organization/by-client.1";
	const first = await send("PUT", path, organization("u1", { id: "by-client.1" }));
	t.equal(first.status, 201, "created under the client's id");
	t.equal(first.headers.get("location"), `${base}${path}/_history/1`);
	const second = await send("PUT", path, organization("u1", { id: "by-client.1", active: true }), {
		"if-match": 'W/"1"',
	});
	t.equal(second.status, 200);
	t.equal(second.headers.get("etag"), 'W/"2"');
	const stale = await send("PUT", path, organization("u1", { id: "by-client.1" }), { "if-match": 'W/"1"' });
	t.equal(stale.status, 412);
	t.equal((await get(`${path}/_history/1`)).body.active, undefined);
	const old = await get(`${path}/_history/2`);
	t.equal(old.body.active, true);
	t.equal(old.body.meta.versionId, "2");
	t.equal((await get(`${path}/_history/9`)).status, 404);
	t.equal((await send("DELETE", path, undefined, { "if-match": 'W/"1"' })).status, 412);
	t.equal((await send("DELETE", path)).status, 204);
	t.equal((await get(path)).status, 410);
	t.equal((await get(`${path}/_history/3`)).status, 410, "the version that is the deletion");
	t.equal((await get(`${path}/_history/2`)).status, 200, "old versions stay");
	t.equal((await send("DELETE", path)).status, 204, "again");
	t.equal((await send("DELETE", "/Organization/never-was")).status, 204);
	t.equal((await get("/Organization?_id=by-client.1&_total=accurate")).body.total, 0);
	const revived = await send("PUT", path, organization("u1", { id: "by-client.1" }));
	t.equal(revived.status, 201);
	t.ok(Number(revived.body.meta.versionId) > 3);
});

t.test("update: the id in the body must be the URL's", async (t) => {
	t.equal((await send("PUT", "/Organization/a1", organization("x"))).status, 400, "missing");
	t.equal((await send("PUT", "/Organization/a1", organization("x", { id: "a2" }))).status, 400, "another");
	t.equal((await send("PUT", "/Organization/a_1", organization("x", { id: "a_1" }))).status, 400, "not an id");
	const taken = organization("x", { id: "only-new" });
	t.equal((await send("PUT", "/Organization/only-new", taken, { "if-none-match": "*" })).status, 201);
	t.equal((await send("PUT", "/Organization/only-new", taken, { "if-none-match": "*" })).status, 412);
	t.equal((await send("PUT", "/Organization/only-new", taken, { "if-match": "*" })).status, 400);
});

t.test("conditional read: 304", async (t) => {
	const created = await send("POST", "/Organization", organization("r1"));
	const path = `/Organization/${created.body.id}`;
	const etag = created.headers.get("etag") ?? "";
	const modified = created.headers.get("last-modified") ?? "";
	const same = await get(path, { "if-none-match": etag });
	t.equal(same.status, 304);
	t.equal(same.text, "");
	t.equal((await get(path, { "if-modified-since": modified })).status, 304);
	t.equal((await get(path, { "if-none-match": 'W/"9"' })).status, 200);
	const head = await send("HEAD", path);
	t.equal(head.status, 200);
	t.equal(head.headers.get("etag"), etag);
});

t.test("Prefer (B.2)", async (t) => {
	const minimal = await send("POST", "/Organization", organization("p1"), { prefer: "return=minimal" });
	t.equal(minimal.status, 201);
	t.equal(minimal.text, "");
	t.ok(minimal.headers.get("location"));
	const outcome = await send("POST", "/Organization", organization("p2"), {
		prefer: "handling=strict, return=OperationOutcome",
	});
	t.equal(outcome.body.resourceType, "OperationOutcome");
	t.equal(outcome.body.issue[0].severity, "information");
	const id = minimal.headers.get("location")?.split("/").at(-3);
	const removed = await send("DELETE", `/Organization/${id}`, undefined, { prefer: "return=OperationOutcome" });
	t.equal(removed.status, 200);
	t.equal(removed.body.resourceType, "OperationOutcome");
	const wrong = await send(
		"POST",
		"/Organization",
		{ resourceType: "Organization", x: 1 },
		{ prefer: "return=minimal" },
	);
	t.equal(wrong.body.resourceType, "OperationOutcome", "failures are told whatever is preferred");
});

t.test("decimals and text come back as they were written (B.16)", async (t) => {
	const text =
		'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00,"unit":"é\\u2028"}}';
	const created = await send("POST", "/Observation", text);
	t.equal(created.status, 201);
	t.match((await get(`/Observation/${created.body.id}`)).text, '"value":1.00,');
});

t.test("a dry run answers as it would and stores nothing", async (t) => {
	const dry = { "x-dry-run": "true" };
	const created = await send("POST", "/Organization", organization("dry"), dry);
	t.equal(created.status, 201);
	t.match(created.headers.get("preference-applied"), "dry-run");
	t.equal((await get("/Organization?identifier=urn:test|dry&_total=accurate")).body.total, 0);
	t.equal((await get(`/Organization/${created.body.id}`)).status, 404);
	t.equal((await send("POST", "/Organization", { resourceType: "Organization", x: 1 }, dry)).status, 400);
	t.equal((await send("POST", "/Organization", organization("x"), { "x-dry-run": "maybe" })).status, 400);
});

t.test("no token or a wrong one: 401", async (t) => {
	for (const token of ["", "not-a-token"]) {
		const stranger = sessionOf(base, token);
		for (const [method, path] of [
			["GET", "/Patient/1"],
			["GET", "/Patient"],
			["GET", "/_history"],
			["DELETE", "/Patient/1"],
		] as const) {
			const answer = await stranger.send(method, path);
			t.equal(answer.status, 401, `${method} ${path}`);
			t.match(answer.headers.get("www-authenticate"), /^Bearer/);
			t.equal(answer.body.resourceType, "OperationOutcome");
		}
	}
});

t.test("strange paths and escapes never make a 500", async (t) => {
	const long = `/Organization/${"a".repeat(500)}`;
	for (const path of [
		"/Organization/%zz",
		"/Organization/%00",
		"/Organization?name=%zz",
		"/Organization?name=%00",
		long,
	]) {
		const { status } = await get(path);
		t.ok(status === 400 || status === 404, `${path} ${status}`);
	}
	t.equal((await get("/Organization/x/_history/-1")).status, 404);
	t.equal((await get("/Organization/x/_history/99999999999999999999999")).status, 404);
});
