import t from "tap";
import { collections } from "../../src/http/native/collections/all.ts";
import { tableName } from "../../src/tables/columns.ts";
import { exported, inBackground } from "../support/exports.ts";
import { filled, noting, openRoutes, registeredRoutes, take, untaken } from "../support/roads.ts";
import { marker, secretRecord } from "../support/secret-record.ts";
import { type Answer, type Session, sessionAt, startTestServer } from "../support/server.ts";
import { alike, noTrace, unmarked } from "../support/traces.ts";

// Everybody whom a record does not concern × every road × everything in it: nothing of it is in any answer, and what is hidden answers
// like what never was. The native face: isolation-native.test.ts.

const server = await startTestServer(t);
const { people } = server;
const own = await server.as("therapist@test.example");
const record = await secretRecord(server, own);
const { profiles } = people;
const member = [{ entity: { reference: `Patient/${profiles.patient}` } }];
const made = await own.post("/fhir/Group", { resourceType: "Group", type: "person", actual: true, member });
const group = made.body.id as string;
const theirs = await exported(own, `/fhir/Group/${group}/$export`);
const routes = await registeredRoutes(server);
/** Requests outsiders made, whatever the path says. */
const taken = new Set<string>();

const form = { "content-type": "application/x-www-form-urlencoded" };
const jsonPatch = { "content-type": "application/json-patch+json" };
const replaced = [{ op: "add", path: "/language", value: "en" }];
const get = (url: string) => ({ request: { method: "GET", url } });
const post = (resource: Record<string, unknown>) => ({
	resource,
	request: { method: "POST", url: resource.resourceType },
});

/** An id of the same form that nothing has. */
const never = (name: string) =>
	/[0-9a-f]{8}-/.test(name)
		? name.replace(/[0-9a-f]{8}-.*/, "00000000-0000-4000-8000-000000000000")
		: name.replace(/\d+/, "987654").replace("chosen", "never");

t.test("the record is there for those whom it concerns, but for its secrets", async (t) => {
	for (const concerned of [own, await server.as("patient@test.example"), await server.as("admin@test.example")]) {
		for (const name of record.resources) t.match((await concerned.get(`/fhir/${name}`)).text, marker, name);
		for (const collection of collections) {
			const id = record.rows.get(tableName(collection.entity));
			const answer = await concerned.get(`/api/${collection.path}/${id}`);
			t.equal(answer.status, 200, collection.path);
			t.notMatch(answer.text, /accessToken|refreshToken|password/i);
		}
	}
});

t.test("nobody, and whoever has no token any more, is turned away on every road", async (t) => {
	const out = await server.as("patient@test.example");
	await out.post("/api/auth/logout");
	for (const session of [server.stranger, out, sessionAt(server.base, "x")]) {
		for (const route of routes) {
			if (openRoutes.includes(`${route.method} ${route.url}`)) continue;
			const answer = await take(session, route, filled(route.url));
			t.equal(answer.status, 401, `${route.method} ${route.url}`);
			noTrace(t, answer, route.url);
		}
	}
});

for (const name of ["therapist2", "other", "patient2"]) {
	const outsider = noting(await server.as(`${name}@test.example`), taken);

	t.test(`${name}: FHIR, one by one`, async (t) => {
		for (const resource of record.resources) {
			const [type = "", id = ""] = resource.split("/");
			const body = { ...(await own.get(`/fhir/${resource}`)).body, text: undefined };
			const dry = (resource: Record<string, unknown>, headers = {}) =>
				outsider.post(`/fhir/${resource.resourceType}`, resource, { ...headers, "x-dry-run": "true" });
			const roads: [string, (path: string, id: string) => Promise<Answer>][] = [
				["read", (path) => outsider.get(path)],
				["vread", (path) => outsider.get(`${path}/_history/1`)],
				["vread of none", (path) => outsider.get(`${path}/_history/99`)],
				["history", (path) => outsider.get(`${path}/_history`)],
				["If-None-Match", (path) => outsider.get(path, { "if-none-match": 'W/"1"' })],
				["delete", (path) => outsider.delete(path)],
				["delete of a version", (path) => outsider.delete(path, { "if-match": 'W/"1"' })],
				["update of a version", (path, id) => outsider.put(path, unmarked(body, id), { "if-match": 'W/"1"' })],
				["search by id", (_, id) => outsider.get(`/fhir/${type}?_id=${id}&_total=accurate&_include=*&_revinclude=*`)],
				["read if new", (path) => outsider.get(path, { "if-modified-since": "Mon, 01 Jan 2035 00:00:00 GMT" })],
				["summary", (path) => outsider.get(`${path}?_summary=true&_pretty=true`)],
				["patch", (path) => outsider.patch(path, replaced, jsonPatch)],
				[
					"patch by a test of a value",
					(path) => outsider.patch(path, [{ op: "test", path: "/id", value: "x" }], jsonPatch),
				],
				["conditional patch", (_, id) => outsider.patch(`/fhir/${type}?_id=${id}`, replaced, jsonPatch)],
				["update of none", (path, id) => outsider.put(path, unmarked({ ...body, resourceType: "Basic" }, id))],
				["search by POST", (_, id) => outsider.post(`/fhir/${type}/_search`, `_id=${id}&_total=accurate`, form)],
				["search everywhere by POST", (_, id) => outsider.post("/fhir/_search", `_id=${id}`, form)],
				["about it", (_, id) => outsider.get(`/fhir/Observation?subject=${type}/${id}&_total=accurate`)],
				["conditional create", (_, id) => dry(unmarked(body, "x"), { "if-none-exist": `_id=${id}` })],
				["conditional create by a value", (_, id) => dry(unmarked(body, "x"), { "if-none-exist": `identifier=${id}` })],
				["a link to it", (_, id) => dry(linking(`${type}/${id}`))],
				["a link by condition", (_, id) => bundle(outsider, "transaction", [post(linking(`${type}?_id=${id}`))])],
				[
					"a search in a batch",
					(_, id) => bundle(outsider, "batch", [get(`${type}?_id=${id}`), get(`${type}/${id}/_history`)]),
				],
				[
					"writes in a batch",
					(_, id) =>
						bundle(outsider, "batch", [
							{ request: { method: "DELETE", url: `${type}/${id}` } },
							{ request: { method: "DELETE", url: `${type}?_id=${id}` } },
						]),
				],
				["search everywhere", (_, id) => outsider.get(`/fhir?_id=${id}&_total=accurate`)],
				["a chain to it", (_, id) => outsider.get(`/fhir/Observation?subject:${type}._id=${id}&_total=accurate`)],
				[
					"a reverse chain from it",
					(_, id) => outsider.get(`/fhir/Patient?_has:${type}:patient:_id=${id}&_total=accurate`),
				],
				["conditional delete", (_, id) => outsider.delete(`/fhir/${type}?_id=${id}`)],
				["in a batch", (_, id) => bundle(outsider, "batch", [{ request: { method: "GET", url: `${type}/${id}` } }])],
				[
					"in a transaction",
					(_, id) => bundle(outsider, "transaction", [{ request: { method: "GET", url: `${type}/${id}` } }]),
				],
			];
			for (const [road, take] of roads) {
				const [hidden, none] = [await take(`/fhir/${resource}`, id), await take(`/fhir/${never(resource)}`, never(id))];
				alike(t, road, [hidden, resource], [none, never(resource)]);
			}
		}
	});

	t.test(`${name}: FHIR, searches and histories`, async (t) => {
		const patient = `Patient/${profiles.patient}`;
		for (const type of [
			"Patient",
			"Observation",
			"MedicationStatement",
			"Appointment",
			"Condition",
			"Encounter",
			"Practitioner",
		]) {
			for (const query of [
				"",
				"_total=accurate&_lastUpdated=gt2000",
				"_sort=_lastUpdated&_include=*",
				"_revinclude=Observation:subject&_revinclude=Observation:patient",
				"_summary=count",
				`_filter=id eq ${profiles.patient}`,
			]) {
				noTrace(t, await outsider.get(`/fhir/${type}?${query}`), `${type}?${query}`);
			}
			noTrace(t, await outsider.get(`/fhir/${type}/_history?_count=1000`), `${type}/_history`);
			const post = await outsider.post(`/fhir/${type}/_search`, "_count=1000", {
				"content-type": "application/x-www-form-urlencoded",
			});
			noTrace(t, post, `${type}/_search`);
		}
		for (const query of [
			`Observation?subject=${patient}&_summary=count`,
			`Observation?patient=${profiles.patient}&_total=accurate&_count=0`,
			"Observation?identifier=Zwqxk&_total=accurate",
			"Condition?code=urn:secret|Zwqxk&_total=accurate",
			"Observation?_sort=-date&code=urn:secret|Zwqxk&_total=accurate",
			"Patient?name=zwqxk&_total=accurate",
			"Patient?name:contains=wqx&_total=accurate",
			"Patient?address-city=zwqxk&_total=accurate",
			"MedicationStatement?code:text=zwqxk&_total=accurate",
			`Appointment?actor=${patient}&_total=accurate`,
		]) {
			const answer = await outsider.get(`/fhir/${query}`);
			// The value that was asked for stands in the self link.
			t.ok(answer.status !== 200 || answer.body.total === 0, `${query}: ${answer.status} ${answer.body?.total}`);
			t.equal(
				answer.body.entry?.some((one: { search: { mode: string } }) => one.search.mode !== "outcome") ?? false,
				false,
			);
		}
		noTrace(t, await outsider.get("/fhir/_history?_count=1000"), "system history");
		noTrace(t, await outsider.get("/fhir?_type=Patient,Observation,Condition&_count=1000"), "system search");
	});

	t.test(`${name}: a page link of somebody else's token`, async (t) => {
		for (const query of ["Observation?_count=1", "Observation?_count=1&_sort=-date", "Patient?_count=1&_sort=name"]) {
			const page = await own.get(`/fhir/${query}`);
			const next = page.body.link.find((link: { relation: string }) => link.relation === "next")?.url as
				| string
				| undefined;
			if (next === undefined) continue;
			const answer = await outsider.get(next.slice(server.base.length));
			// A sort key of the last row is in the link itself; nothing of it may be in what comes back.
			noTrace(t, { ...answer, text: JSON.stringify(answer.body.entry ?? []) }, query);
		}
	});

	t.test(`${name}: bulk exports`, async (t) => {
		for (const path of ["/fhir/$export", "/fhir/Patient/$export"]) {
			const done = await exported(outsider, path);
			for (const file of done.files) noTrace(t, await outsider.get(file), file);
			t.equal((await outsider.delete(done.status)).status, 202);
		}
		const asked = (parameter: object[]) =>
			outsider.post("/fhir/Patient/$export", { resourceType: "Parameters", parameter }, inBackground);
		const patient = (id: number) => asked([{ name: "patient", valueReference: { reference: `Patient/${id}` } }]);
		alike(
			t,
			"of a patient",
			[await patient(profiles.patient), `Patient/${profiles.patient}`],
			[await patient(987654), "Patient/987654"],
		);
		t.equal((await outsider.post("/fhir/$export", {}, inBackground)).status, 400);
		const path = `/fhir/Group/${group}/$export`;
		const never = "/fhir/Group/00000000-0000-4000-8000-000000000000/$export";
		for (const take of [
			(at: string) => outsider.get(at, inBackground),
			(at: string) => outsider.post(at, { resourceType: "Parameters" }, inBackground),
		]) {
			alike(t, "of a group", [await take(path), path], [await take(never), never]);
		}
		// Of somebody else's export there is nothing to be seen.
		for (const address of [theirs.status, ...theirs.files]) {
			const unknown = address.replace(/[0-9a-f]{32}/, "0".repeat(32));
			alike(t, address, [await outsider.get(address), address], [await outsider.get(unknown), unknown]);
		}
		const unknown = theirs.status.replace(/[0-9a-f]{32}/, "0".repeat(32));
		alike(
			t,
			"delete",
			[await outsider.delete(theirs.status), theirs.status],
			[await outsider.delete(unknown), unknown],
		);
		t.equal((await own.get(theirs.status)).status, 200, "it is untouched");
	});

	t.test(`${name}: FHIR, writes`, async (t) => {
		for (const resource of record.resources) {
			const [type = "", id = ""] = resource.split("/");
			const body = (await own.get(`/fhir/${resource}`)).body;
			const answer = await outsider.put(`/fhir/${resource}`, unmarked(body, id));
			noTrace(t, answer, `PUT ${resource}`);
			t.ok([400, 403, 404, 409, 422].includes(answer.status), `PUT ${resource}: ${answer.status}`);
			const mine = await outsider.put(`/fhir/${type}?_id=${id}`, unmarked(body, "mine"));
			noTrace(t, mine, `PUT ${type}?_id=`);
		}
		for (const resource of record.resources) {
			t.match((await own.get(`/fhir/${resource}`)).text, marker, `${resource} is untouched`);
			t.equal((await own.get(`/fhir/${resource}`)).headers.get("etag"), 'W/"1"'.replace("1", version(resource)));
		}
		const about = {
			resourceType: "Observation",
			status: "final",
			code: { text: "x" },
			subject: { reference: `Patient/${profiles.patient}` },
		};
		const made = await outsider.post("/fhir/Observation", about);
		noTrace(t, made, "an Observation about them");
		const seen = await own.get(`/fhir/Observation?subject=Patient/${profiles.patient}&_count=1000`);
		t.notMatch(seen.text, `"${made.body?.id}"`, "is not put into their record");
	});
}

t.test("every registered FHIR route was taken by an outsider", async (t) => {
	const fhir = routes.filter(({ method, url }) => url.startsWith("/fhir") && !openRoutes.includes(`${method} ${url}`));
	t.ok(fhir.length >= 15);
	t.same(untaken(fhir, taken), [], "a new route needs a road above, or its place among the open ones");
});

/** What anybody may write, with a reference to something. */
function linking(reference: string): Record<string, unknown> {
	return {
		resourceType: "Basic",
		code: { text: "x" },
		author: { reference: "Practitioner/x" },
		subject: { reference },
	};
}

function version(resource: string): string {
	return resource.startsWith("Patient/") ? "2" : "1";
}

function bundle(session: Session, type: string, entry: unknown[]): Promise<Answer> {
	return session.post("/fhir", { resourceType: "Bundle", type, entry });
}
