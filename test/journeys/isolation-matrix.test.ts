import t, { type Test } from "tap";
import { collections } from "../../src/http/native/collections/all.ts";
import { columnsOf, tableName } from "../../src/tables/columns.ts";
import { marker, secretRecord } from "../support/secret-record.ts";
import { type Answer, type Session, startTestServer } from "../support/server.ts";

// Everybody whom a record does not concern × every road × everything in it: nothing of it is in any answer, and what is hidden answers
// like what never was.

const server = await startTestServer(t);
const { people } = server;
const own = await server.as("therapist@test.example");
const record = await secretRecord(server, own);
const { profiles } = people;

/** An id of the same form that nothing has. */
const never = (name: string) =>
	/[0-9a-f]{8}-/.test(name)
		? name.replace(/[0-9a-f]{8}-.*/, "00000000-0000-4000-8000-000000000000")
		: name.replace(/\d+/, "987654").replace("chosen", "never");

t.test("the record is there for those whom it concerns", async (t) => {
	for (const name of record.resources) t.match((await own.get(`/fhir/${name}`)).text, marker, name);
	for (const collection of collections) {
		const id = record.rows.get(tableName(collection.entity));
		t.equal((await own.get(`/api/${collection.path}/${id}`)).status, 200, collection.path);
	}
});

for (const name of ["therapist2", "other", "patient2"]) {
	const outsider = await server.as(`${name}@test.example`);

	t.test(`${name}: FHIR, one by one`, async (t) => {
		for (const resource of record.resources) {
			const [type = "", id = ""] = resource.split("/");
			const body = { ...(await own.get(`/fhir/${resource}`)).body, text: undefined };
			const roads: [string, (path: string, id: string) => Promise<Answer>][] = [
				["read", (path) => outsider.get(path)],
				["vread", (path) => outsider.get(`${path}/_history/1`)],
				["vread of none", (path) => outsider.get(`${path}/_history/99`)],
				["history", (path) => outsider.get(`${path}/_history`)],
				["If-None-Match", (path) => outsider.get(path, { "if-none-match": 'W/"1"' })],
				["delete", (path) => outsider.delete(path)],
				["delete of a version", (path) => outsider.delete(path, { "if-match": 'W/"1"' })],
				["update of a version", (path, id) => outsider.put(path, plain(body, id), { "if-match": 'W/"1"' })],
				["search by id", (_, id) => outsider.get(`/fhir/${type}?_id=${id}&_total=accurate&_include=*&_revinclude=*`)],
				["search everywhere", (_, id) => outsider.get(`/fhir?_id=${id}&_total=accurate`)],
				["conditional delete", (_, id) => outsider.delete(`/fhir/${type}?_id=${id}`)],
				["in a batch", (_, id) => bundle(outsider, "batch", [{ request: { method: "GET", url: `${type}/${id}` } }])],
				[
					"in a transaction",
					(_, id) => bundle(outsider, "transaction", [{ request: { method: "GET", url: `${type}/${id}` } }]),
				],
			];
			for (const [road, take] of roads) {
				const [hidden, none] = [await take(`/fhir/${resource}`, id), await take(`/fhir/${never(resource)}`, never(id))];
				noTrace(t, hidden, `${road} ${resource}`);
				t.equal(hidden.status, none.status, `${road} ${resource}: the status of what never was`);
				t.equal(anonymous(hidden, id), anonymous(none, never(id)), `${road} ${resource}: the words of what never was`);
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

	t.test(`${name}: FHIR, writes`, async (t) => {
		for (const resource of record.resources) {
			const [type = "", id = ""] = resource.split("/");
			const body = (await own.get(`/fhir/${resource}`)).body;
			const answer = await outsider.put(`/fhir/${resource}`, plain(body, id));
			noTrace(t, answer, `PUT ${resource}`);
			t.ok([400, 403, 404, 409, 422].includes(answer.status), `PUT ${resource}: ${answer.status}`);
			const mine = await outsider.put(`/fhir/${type}?_id=${id}`, plain(body, "mine"));
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

	t.test(`${name}: native`, async (t) => {
		for (const { path, entity } of collections) {
			const table = tableName(entity);
			const id = record.rows.get(table) as number;
			noTrace(t, await outsider.get(`/api/${path}?limit=500`), path);
			for (const column of columnsOf(entity)) {
				if (column.references === undefined && column.property !== "id") continue;
				const value = column.references === undefined ? id : record.rows.get(column.references);
				noTrace(t, await outsider.get(`/api/${path}?${column.property}=${value}`), `${path}?${column.property}`);
			}
			if ((await outsider.get(`/api/${path}/${id}`)).status === 200) continue; // shared by all
			for (const [road, take] of roadsTo(outsider)) {
				const [hidden, none] = [await take(`/api/${path}/${id}`), await take(`/api/${path}/987654`)];
				noTrace(t, hidden, `${road} ${path}`);
				t.equal(hidden.status, none.status, `${road} ${path}`);
				t.equal(anonymous(hidden, String(id)), anonymous(none, "987654"), `${road} ${path}`);
			}
		}
		for (const { path, entity } of collections) {
			const id = record.rows.get(tableName(entity));
			t.equal((await own.get(`/api/${path}/${id}`)).status, 200, `${path} is untouched`);
		}
	});
}

function roadsTo(session: Session): [string, (path: string) => Promise<Answer>][] {
	return [
		["GET", (path) => session.get(path)],
		["GET if changed", (path) => session.get(path, { "if-none-match": '"1"' })],
		["PUT", (path) => session.put(path, {})],
		["PATCH", (path) => session.patch(path, {})],
		["PATCH of a version", (path) => session.patch(path, {}, { "if-match": '"7"' })],
		["DELETE", (path) => session.delete(path)],
	];
}

function noTrace(t: Test, answer: Answer, road: string): void {
	const whole = `${answer.text} ${JSON.stringify([...answer.headers])}`;
	if (whole.includes(marker))
		t.fail(`${road}: ${whole.slice(Math.max(0, whole.indexOf(marker) - 200), whole.indexOf(marker) + 50)}`);
	if (answer.status >= 500) t.fail(`${road}: ${answer.status}`);
}

/** An answer without what it repeats of the question, and without what differs from one answer to the next. */
function anonymous({ text, headers }: Answer, id: string): string {
	const kept = [...headers].filter(([name]) => !["date", "x-request-id", "content-length"].includes(name));
	return `${text} ${JSON.stringify(kept)}`.replace(new RegExp(`(/|_id=)${id}(?!\\w)`, "g"), "$1ID");
}

function plain(body: Record<string, unknown>, id: string): Record<string, unknown> {
	return JSON.parse(JSON.stringify({ ...body, id, meta: undefined }).replaceAll(marker, "mine"));
}

function version(resource: string): string {
	return resource.startsWith("Patient/") ? "2" : "1";
}

function bundle(session: Session, type: string, entry: unknown[]): Promise<Answer> {
	return session.post("/fhir", { resourceType: "Bundle", type, entry });
}
