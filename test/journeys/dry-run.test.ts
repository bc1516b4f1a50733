import pg from "pg";
import t, { type Test } from "tap";
import { organization } from "../src/http/fhir/session.ts";
import { heartRateOf } from "../support/observations.ts";
import { type Answer, startTestServer } from "../support/server.ts";

// X-Dry-Run: true. Every write is tried first and then done: the two answers are alike, and the trial leaves nothing.

const server = await startTestServer(t);
const admin = await server.as("admin@test.example");
const therapist = await server.as("therapist@test.example");
const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 1 });
t.teardown(() => owner.end());
const dry = { "x-dry-run": "true" };

type Session = typeof admin;
type Method = "post" | "put" | "delete";
const call = (session: Session, method: Method, path: string, body?: unknown, headers: Record<string, string> = {}) =>
	method === "delete" ? session.delete(path, headers) : session[method](path, body, headers);

/**
 * A hash of every row of every table but the access log, which has that somebody tried, and the keys the server makes for itself when it has
 * started.
 */
async function stored(): Promise<string> {
	const { rows: tables } = await owner.query<{ name: string }>(`
		select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname in ('public', 'fhir', 'auth') and c.relname <> 'signing_key' order by 1`);
	const hashes = tables.map(({ name }) => `select md5(string_agg(t::text, ',' order by t::text)) h from ${name} t`);
	const { rows } = await owner.query<{ all: string }>(
		`select string_agg(coalesce(h, '-'), ' ') as all from (${hashes.join(" union all ")}) every`,
	);
	return rows[0]?.all ?? "";
}

/** An answer without what differs from one run to the next: new ids, times, and that it was a trial. */
function alike({ status, headers, text }: Answer): object {
	const named = ["location", "etag", "content-type", "preference-applied"].map((name) => headers.get(name) ?? "");
	const all = JSON.stringify({ text, named })
		.replace(/(, )?dry-run/g, "")
		.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|(?<=vs-|med-|ev-|Patient\/|\\"id\\":\\")\d+/g, "NEW")
		.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, "NOW");
	return { status, ...JSON.parse(all) };
}

async function triedAndDone(
	t: Test,
	session: Session,
	status: number,
	...request: [method: Method, path: string, body?: unknown, headers?: Record<string, string>]
): Promise<[tried: Answer, done: Answer]> {
	const [method, path, body, headers = {}] = request;
	const road = `${method} ${path} ${JSON.stringify(headers)}`;
	const before = await stored();
	const tried = await call(session, method, path, body, { ...headers, ...dry });
	t.equal(await stored(), before, `${road}: nothing is stored`);
	const done = await call(session, method, path, body, headers);
	t.equal(done.status, status, `${road}: ${done.text}`);
	t.same(alike(tried), alike(done), road);
	t.match(tried.headers.get("preference-applied"), /\bdry-run$/, `${road} says that it was a trial`);
	t.notMatch(done.headers.get("preference-applied") ?? "", /dry-run/);
	return [tried, done];
}

const about = { subject: { reference: `Patient/${server.people.profiles.patient}` } };
const heartRate = (value: number, more: object = {}) => heartRateOf(server.people.profiles.patient, value, more);
const minimal = { prefer: "return=minimal" };
const outcome = { prefer: "return=OperationOutcome" };

t.test("create, also conditional", async (t) => {
	for (const [session, body] of [
		[admin, organization("c")],
		[therapist, heartRate(60)],
		[therapist, { ...heartRate(60), status: "preliminary" }],
		[
			therapist,
			{ resourceType: "Patient", name: [{ family: "Dry" }], telecom: [{ system: "email", value: "dry@x.example" }] },
		],
		[
			therapist,
			{
				resourceType: "MedicationStatement",
				status: "active",
				medicationCodeableConcept: { text: "Metoprolol" },
				...about,
			},
		],
	] as const) {
		for (const headers of [{}, minimal, outcome]) {
			await triedAndDone(t, session, 201, "post", `/fhir/${body.resourceType}`, body, headers);
		}
	}
	const once = { "if-none-exist": "identifier=urn:test|once" };
	const [, made] = await triedAndDone(t, admin, 201, "post", "/fhir/Organization", organization("once"), once);
	const [tried] = await triedAndDone(t, admin, 200, "post", "/fhir/Organization", organization("once"), once);
	t.equal(tried.body.id, made.body.id, "the one that is there");
	await admin.post("/fhir/Organization", organization("once"));
	await triedAndDone(t, admin, 412, "post", "/fhir/Organization", organization("once"), once);
	await triedAndDone(t, admin, 400, "post", "/fhir/Organization", { resourceType: "Organization", nonsense: 1 });
	await triedAndDone(t, therapist, 400, "post", "/fhir/Observation", { ...heartRate(60), status: "nonsense" });
});

t.test("update, also conditional", async (t) => {
	const put = (status: number, body: object, headers = {}) =>
		triedAndDone(t, therapist, status, "put", "/fhir/Observation/mine", body, headers);
	await put(201, heartRate(61, { id: "mine" }));
	await put(200, heartRate(62, { id: "mine" }), { "if-match": 'W/"1"' });
	await put(412, heartRate(63, { id: "mine" }), { "if-match": 'W/"1"' });
	await put(200, heartRate(63, { id: "mine", status: "preliminary" }));
	await put(400, heartRate(64, { id: "other" }));
	await put(412, heartRate(64, { id: "mine" }), { "if-none-match": "*" });
	const url = "/fhir/Organization?identifier=urn:test|u";
	await triedAndDone(t, admin, 201, "put", url, organization("u"));
	await triedAndDone(t, admin, 200, "put", url, organization("u", { active: true }));
	await admin.post("/fhir/Organization", organization("u"));
	await triedAndDone(t, admin, 412, "put", url, organization("u"));
});

t.test("delete, also conditional", async (t) => {
	await triedAndDone(t, therapist, 412, "delete", "/fhir/Observation/mine", undefined, { "if-match": 'W/"1"' });
	await triedAndDone(t, therapist, 204, "delete", "/fhir/Observation/mine");
	await triedAndDone(t, therapist, 204, "delete", "/fhir/Observation/never-was");
	await triedAndDone(t, therapist, 409, "delete", `/fhir/Patient/${server.people.profiles.patient}`);
	await admin.post("/fhir/Organization", organization("d"));
	await triedAndDone(t, admin, 204, "delete", "/fhir/Organization?identifier=urn:test|d");
	await triedAndDone(t, admin, 412, "delete", "/fhir/Organization?identifier=urn:test|u");
});

t.test("a transaction: references, conditions, reads that see the writes; all errors", async (t) => {
	const [one, two] = [1, 2].map((n) => `urn:uuid:00000000-0000-4000-8000-00000000000${n}`);
	const entry = [
		{ request: { method: "GET", url: "Organization?identifier=urn:test|t1" } },
		{
			fullUrl: one,
			resource: organization("t1"),
			request: { method: "POST", url: "Organization", ifNoneExist: "identifier=urn:test|t1" },
		},
		{
			fullUrl: two,
			resource: organization("t2", { partOf: { reference: one } }),
			request: { method: "POST", url: "Organization" },
		},
		{ resource: heartRate(70, { id: "t3" }), request: { method: "PUT", url: "Observation/t3" } },
		{ request: { method: "DELETE", url: "Observation/t4" } },
	];
	const bundle = { resourceType: "Bundle", type: "transaction", entry };
	for (const headers of [{}, { prefer: "return=representation" }]) {
		await admin.put("/fhir/Observation/t4", heartRate(71, { id: "t4" }));
		for (const { resource } of (await admin.get("/fhir/Organization?identifier=urn:test|t1")).body.entry ?? []) {
			for (const part of (await admin.get(`/fhir/Organization?partof=${resource.id}`)).body.entry ?? []) {
				await admin.delete(`/fhir/Organization/${part.resource.id}`);
			}
			await admin.delete(`/fhir/Organization/${resource.id}`);
		}
		await admin.delete("/fhir/Observation/t3");
		const [tried] = await triedAndDone(t, admin, 200, "post", "/fhir", bundle, headers);
		t.equal(tried.body.entry[0].resource.entry.length, 1, "the read saw what would be created");
	}
	const failing = (...more: object[]) => ({ ...bundle, entry: [...entry.slice(1, 4), ...more] });
	await triedAndDone(t, admin, 404, "post", "/fhir", failing({ request: { method: "GET", url: "Organization/no" } }));
	const [tried] = await triedAndDone(
		t,
		admin,
		400,
		"post",
		"/fhir",
		failing({ resource: heartRate(1, { status: "x" }), request: { method: "POST", url: "Observation" } }),
	);
	t.same(tried.body.issue[0].expression, ["Bundle.entry[3].resource.status"]);
	await triedAndDone(
		t,
		admin,
		412,
		"post",
		"/fhir",
		failing({
			resource: heartRate(1, { id: "t5" }),
			request: { method: "PUT", url: "Observation/t5", ifMatch: 'W/"7"' },
		}),
	);
});

t.test("a batch: entries see what those before them did, failures stay with their entry", async (t) => {
	const twins = {
		resource: organization("b1"),
		request: { method: "POST", url: "Organization", ifNoneExist: "identifier=urn:test|b1" },
	};
	const patient = {
		resource: { resourceType: "Patient", id: "b2", name: [{ family: "B" }] },
		request: { method: "PUT", url: "Patient/b2" },
	};
	const ofPatient = (status: string) => ({
		resource: heartRate(75, { subject: { reference: "Patient/b2" }, status }),
		request: { method: "POST", url: "Observation" },
	});
	const bundle = {
		resourceType: "Bundle",
		type: "batch",
		entry: [
			twins,
			twins,
			{ request: { method: "GET", url: "Organization?identifier=urn:test|b1&_total=accurate" } },
			{ request: { method: "GET", url: "Organization/no" } },
			patient,
			ofPatient("final"),
			ofPatient("nonsense"),
			ofPatient("preliminary"),
			{ request: { method: "GET", url: "Observation?subject=Patient/b2&_total=accurate&_summary=count" } },
			{ request: { method: "DELETE", url: "Patient/b2" } },
			{ request: { method: "DELETE", url: "Organization?identifier=urn:test|b1" } },
			{ request: { method: "GET", url: "Nothing" } },
		],
	};
	const [tried] = await triedAndDone(t, therapist, 200, "post", "/fhir", bundle);
	t.same(
		tried.body.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3)),
		["201", "200", "200", "404", "201", "201", "400", "201", "200", "409", "204", "404"],
	);
});

t.test("reads are not concerned, and the header is true or false", async (t) => {
	const read = await admin.get("/fhir/Organization", dry);
	t.equal(read.status, 200);
	t.equal(read.headers.get("preference-applied"), null);
	t.equal((await admin.post("/fhir/Organization", organization("x"), { "x-dry-run": "perhaps" })).status, 400);
	const real = await admin.post("/fhir/Organization", organization("real"), { "x-dry-run": "false" });
	t.equal((await admin.get(`/fhir/Organization/${real.body.id}`)).status, 200);
});

t.test("the access log tells a trial from the deed", async (t) => {
	await owner.query("delete from audit.access_log");
	await therapist.post("/fhir/Observation", heartRate(80), dry);
	await therapist.post("/fhir/Observation", heartRate(80));
	const { rows } = await owner.query("select action, patients from audit.access_log order by id");
	t.same(rows, [
		{ action: "create as if", patients: [server.people.patient] },
		{ action: "create", patients: [server.people.patient] },
	]);
});
