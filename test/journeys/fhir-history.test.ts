import t from "tap";
import { fhirSession, organization } from "../src/http/fhir/session.ts";

const { send, get, base } = await fhirSession(t);

const created = await send("POST", "/Organization", organization("h"));
const id: string = created.body.id;
const path = `/Organization/${id}`;
await send("PUT", path, organization("h", { id, active: true }));
await send("DELETE", path);
await send("PUT", path, organization("h", { id, active: false }));

interface Entry {
	fullUrl: string;
	resource?: { id: string; meta: { versionId: string } };
	request: { method: string; url: string };
	response: { status: string; etag: string; lastModified: string };
}

t.test("history of an instance: newest first, deletions without a resource (B.15)", async (t) => {
	const { status, body } = await get(`${path}/_history`);
	t.equal(status, 200);
	t.equal(body.type, "history");
	t.equal(body.total, 4);
	const entries: Entry[] = body.entry;
	t.same(
		entries.map(({ request }) => request.method),
		["PUT", "DELETE", "PUT", "POST"],
	);
	t.same(
		entries.map(({ response }) => response.etag),
		['W/"4"', 'W/"3"', 'W/"2"', 'W/"1"'],
	);
	t.equal(entries[1]?.resource, undefined);
	t.equal(entries[3]?.request.url, "Organization");
	t.equal(entries[0]?.request.url, `Organization/${id}`);
	t.ok(entries.every(({ fullUrl }) => fullUrl === base + path));
	t.ok(entries.every(({ response }) => /^20[014]/.test(response.status) && response.lastModified));
});

t.test("what never was is 404", async (t) => {
	const answer = await get("/Organization/never-was/_history");
	t.equal(answer.status, 404);
	t.equal(answer.body.resourceType, "OperationOutcome");
});

t.test("_count pages through, each version once", async (t) => {
	const etags: string[] = [];
	let url: string | undefined = `${path}/_history?_count=3`;
	for (let page = 0; url !== undefined && page < 5; page++) {
		const { body }: { body: { entry: Entry[]; link: { relation: string; url: string }[] } } = await get(url);
		etags.push(...body.entry.map(({ response }) => response.etag));
		url = body.link.find(({ relation }) => relation === "next")?.url;
	}
	t.same(etags, ['W/"4"', 'W/"3"', 'W/"2"', 'W/"1"']);
});

t.test("_since and _at", async (t) => {
	const all = (await get(`${path}/_history`)).body.entry as Entry[];
	const since = all[1]?.response.lastModified ?? "";
	const later = (await get(`${path}/_history?_since=${encodeURIComponent(since)}`)).body.entry as Entry[];
	t.ok(later.length >= 2 && later.length <= 4, "at or after");
	t.equal((await get(`${path}/_history?_since=2100-01-01T00:00:00Z`)).body.entry, undefined);
	t.equal((await get(`${path}/_history?_since=nonsense`)).status, 400);
	t.equal((await get(`${path}/_history?_since=2000&_since=2001`)).status, 400, "at most once");
	t.equal((await get(`${path}/_history?_count=x`)).status, 400);
	t.equal((await get(`${path}/_history?_at=2100`)).status, 200);
});

t.test("history of the type and of the system", async (t) => {
	const type = (await get("/Organization/_history")).body;
	t.equal(type.entry.length, 4);
	const system = (await get("/_history?_count=2")).body;
	t.equal(system.entry.length, 2);
	t.ok(system.link.some(({ relation }: { relation: string }) => relation === "next"));
	t.equal((await get("/_history?_count=0")).body.entry, undefined);
	t.equal((await get("/Organization/_history?foo=1", { prefer: "handling=strict" })).status, 400);
});
