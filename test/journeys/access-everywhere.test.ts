import pg from "pg";
import t, { type Test } from "tap";
import { collections } from "../../src/http/native/collections/all.ts";
import { columnsOf, tableName } from "../../src/tables/columns.ts";
import { describedRoad } from "../support/described-roads.ts";
import { exported, inBackground, pathOf } from "../support/exports.ts";
import { noting, openRoutes, registeredRoutes, untaken } from "../support/roads.ts";
import { marker, secretRecord } from "../support/secret-record.ts";
import { type Answer, startTestServer } from "../support/server.ts";
import { unmarked } from "../support/traces.ts";

// Every registered route, taken by whom a record concerns: an answer that shows or changes something of it has left an entry that names the
// person. A new route is found by itself, from Fastify and the document.

const server = await startTestServer(t);
const { people } = server;
/** Routes that were answered with success, and thereby looked at. */
const taken = new Set<string>();
const therapist = await server.as("therapist@test.example");
const own = noting(therapist, taken);
const record = await secretRecord(server, therapist);
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const routes = await registeredRoutes(server);

let seen = 0;
/** Who is named by the entries since the last look. */
async function namedSince(): Promise<Set<number>> {
	const { rows } = await owner.query<{ id: string; patients: number[] | null }>(
		"select id, patients from audit.access_log where id > $1 and outcome = 'success' order by id",
		[seen],
	);
	seen = Number(rows.at(-1)?.id ?? seen);
	return new Set(rows.flatMap(({ patients }) => patients ?? []));
}

/** An answer and what it left in the log; returns whether it was a success. */
async function looked(t: Test, road: string, answer: Answer, changes: boolean): Promise<boolean> {
	const named = await namedSince();
	if (answer.status >= 300) return false;
	if (changes || answer.text.includes(marker)) t.ok(named.has(people.patient), `${road}: ${answer.status}`);
	return true;
}

t.test("every native route that is more than a collection's", async (t) => {
	const ofCollections = new Set(collections.flatMap(({ path }) => [`/api/${path}`, `/api/${path}/:id`]));
	const more = routes.filter(({ url }) => url.startsWith("/api") && !ofCollections.has(url));
	let successes = 0;
	for (const route of more) {
		if (route.url.startsWith("/api/auth") || openRoutes.includes(`${route.method} ${route.url}`)) continue;
		const road = describedRoad(own, route, record.rows);
		if (road === undefined) continue;
		await namedSince();
		const [answer] = await road.hidden();
		if (await looked(t, `${route.method} ${route.url}`, answer, false)) successes++;
		else t.comment(`${route.method} ${route.url}: ${answer.status}, not looked at`);
	}
	t.comment(`${successes} of ${more.length} with success`);
	t.ok(successes > more.length / 3);
});

t.test("every collection", async (t) => {
	await namedSince();
	for (const { path, entity } of collections) {
		const id = record.rows.get(tableName(entity));
		const isPersonal = columnsOf(entity).some(({ references }) => references === "users") || path === "users";
		const list = await own.get(`/api/${path}?limit=500`);
		await looked(t, `GET ${path}`, list, false);
		const row = await own.get(`/api/${path}/${id}`);
		await looked(t, `GET ${path}/:id`, row, isPersonal);
		await looked(t, `PUT ${path}/:id`, await own.put(`/api/${path}/${id}`, row.body), isPersonal);
		await looked(t, `PATCH ${path}/:id`, await own.patch(`/api/${path}/${id}`, {}), isPersonal);
		const { id: _, createdAt: _c, updatedAt: _u, ...copy } = unmarked(row.body, "") as Record<string, unknown>;
		const made = await own.post(`/api/${path}`, copy);
		const isMade = await looked(t, `POST ${path}`, made, isPersonal);
		const gone = await own.delete(`/api/${path}/${isMade ? made.body.id : id}`);
		await looked(t, `DELETE ${path}/:id`, gone, isPersonal);
	}
});

t.test("FHIR", async (t) => {
	const [observation = ""] = record.resources;
	const { body } = await own.get(`/fhir/${observation}`);
	const subject = `Patient/${people.profiles.patient}`;
	const form = { "content-type": "application/x-www-form-urlencoded" };
	const patch = [{ op: "replace", path: "/status", value: "amended" }];
	const bundle = (type: string) => ({
		resourceType: "Bundle",
		type,
		entry: [
			{ resource: body, request: { method: "POST", url: "Observation" } },
			{ request: { method: "GET", url: `Observation?subject=${subject}` } },
		],
	});
	await namedSince();
	const look = (road: string, answer: Answer) =>
		looked(t, road, answer, true).then((ok) => t.ok(ok, `${road}: ${answer.text}`));
	await look("read", await own.get(`/fhir/${observation}`));
	await look("vread", await own.get(`/fhir/${observation}/_history/1`));
	await look("history", await own.get(`/fhir/${observation}/_history`));
	await look("type history", await own.get("/fhir/Observation/_history"));
	await look("system history", await own.get("/fhir/_history"));
	await look("search", await own.get(`/fhir/Observation?subject=${subject}`));
	await look("search by POST", await own.post("/fhir/Observation/_search", `subject=${subject}`, form));
	await look("search everywhere", await own.get("/fhir?_type=Observation"));
	await look("search everywhere by POST", await own.post("/fhir/_search", "_type=Observation", form));
	await look("included", await own.get("/fhir/Practitioner?_revinclude=Patient:general-practitioner"));
	await look("create", await own.post("/fhir/Observation", body));
	await look("update", await own.put(`/fhir/${observation}`, body));
	await look(
		"patch",
		await own.patch(`/fhir/${observation}`, patch, { "content-type": "application/json-patch+json" }),
	);
	await look("batch", await own.post("/fhir", bundle("batch")));
	await look("transaction", await own.post("/fhir", bundle("transaction")));
	await look("conditional update", await own.put(`/fhir/Observation?_id=${body.id}`, body));
	await look("dry run", await own.post("/fhir/Observation", body, { "x-dry-run": "true" }));
	await look("conditional delete", await own.delete(`/fhir/Observation?_id=${body.id}`));
	const member = [{ entity: { reference: subject } }];
	const group = await own.post("/fhir/Group", { resourceType: "Group", type: "person", actual: true, member });
	for (const path of ["$export", "Patient/$export", `Group/${group.body.id}/$export`]) {
		const byPost = await own.post(`/fhir/${path}`, { resourceType: "Parameters" }, inBackground);
		t.equal((await own.delete(pathOf(byPost.headers.get("content-location") ?? ""))).status, 202);
		await namedSince();
		const { files } = await exported(own, `/fhir/${path}`);
		t.ok((await namedSince()).has(people.patient), `${path}: what is put into files is named`);
		t.ok(files.length > 1);
		for (const file of files) await looked(t, file, await own.get(file), false);
	}
	const [, chosen = ""] = record.resources;
	await look("delete", await own.delete(`/fhir/${chosen}`));
	const fhir = routes.filter(({ method, url }) => url.startsWith("/fhir") && !openRoutes.includes(`${method} ${url}`));
	t.same(
		untaken(fhir, taken).filter((road) => !road.includes("PATCH /fhir/:type")),
		[],
		"a new route needs a road above",
	);
});

t.test("what is refused is noted, with who asked for what", async (t) => {
	const outsider = await server.as("other@test.example");
	const [observation = ""] = record.resources.slice(2);
	const vitals = record.rows.get("vitals_samples");
	const header = (at: number) => ({ "x-request-id": `refused-${at}` });
	await outsider.get(`/fhir/${observation}`, header(1));
	// Deleting what is not there, as far as one may see, is no failure (204).
	await outsider.delete(`/fhir/${observation}`, header(2));
	await outsider.get(`/api/vitals/${vitals}`, header(3));
	await outsider.get("/api/vitals/%00", header(4));
	await outsider.post("/api/food-items", { name: "x" }, header(5));
	const entry = [{ request: { method: "GET", url: `${observation}?_summary=true` } }];
	await outsider.post("/fhir", { resourceType: "Bundle", type: "batch", entry }, header(6));
	await outsider.get("/nowhere", header(7));
	await server.stranger.get(`/fhir/${observation}`, header(8));
	const { rows } = await owner.query(
		"select request_id, action, target, outcome, user_id from audit.access_log where request_id like 'refused-%' and outcome = 'refused' order by request_id",
	);
	const told = rows.map(({ request_id, action, target }) => `${request_id} ${action} ${target}`);
	t.same(told, [
		`refused-1 read ${observation}`,
		`refused-3 read vitals/${vitals}`,
		"refused-4 read vitals/?",
		"refused-5 create food-items",
		`refused-6 GET ${observation}`,
	]);
	t.ok(rows.every(({ user_id }) => user_id === people.other));
});
