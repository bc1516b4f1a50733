import pg from "pg";
import t from "tap";
import { forgetExports } from "../../src/store/exports/forget-exports.ts";
import { addBackend, ended, exported, found, inBackground, kickedOff, names } from "../support/exports.ts";
import { testPassword } from "../support/people.ts";
import { type Session, sessionAt, startTestServer } from "../support/server.ts";
import { addTestApps, tokenFor } from "../support/smart.ts";

// Whose data an export has, who gets its files, and what ends it.

const server = await startTestServer(t, { exports: { mostKept: 12 } });
const { people, base } = server;
const second = await server.beside();
await addTestApps(server);
const tokenOf = await addBackend(server, "backend", "system/*.rs");
const otherTokenOf = await addBackend(server, "other-backend", "system/*.rs");
const admin = await server.as("admin@test.example");
const therapist = await server.as("therapist@test.example");
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

const category = (code: string) => [
	{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code }] },
];
for (const profile of Object.values(people.profiles)) {
	for (const [at, kind] of ["vital-signs", "laboratory", "vital-signs"].entries()) {
		const made = await admin.post("/fhir/Observation", {
			resourceType: "Observation",
			status: at === 0 ? "preliminary" : "final",
			category: category(kind),
			code: { coding: [{ system: "http://loinc.org", code: kind === "laboratory" ? "2339-0" : "8867-4" }] },
			subject: { reference: `Patient/${profile}` },
			effectiveDateTime: `2026-11-0${at + 1}T10:00:00Z`,
			valueQuantity: { value: 60 + at, unit: "/min", system: "http://unitsofmeasure.org", code: "/min" },
		});
		if (made.status !== 201) throw new Error(made.text);
	}
	await admin.post("/fhir/Condition", { resourceType: "Condition", subject: { reference: `Patient/${profile}` } });
}

/** Holds up whoever waits for all changes under way, until it is called. */
async function heldUp(): Promise<() => Promise<unknown>> {
	const client = new pg.Client({ connectionString: server.ownerUrl });
	await client.connect();
	await client.query("begin; create table held_up (n int)");
	return async () => {
		await client.query("rollback");
		await client.end();
	};
}

const search = async (session: Session, ...types: string[]) =>
	(await Promise.all(types.map((type) => found(session, `/fhir/${type}?_count=1000`))))
		.flat()
		.map(({ resourceType, id }) => `${resourceType}/${id}`)
		.sort();

for (const name of ["admin", "therapist", "therapist2", "patient", "other"]) {
	t.test(`${name}: what their searches find`, async (t) => {
		const session = await server.as(`${name}@test.example`);
		for (const path of ["/fhir/$export", "/fhir/Patient/$export"]) {
			const done = await exported(session, `${path}?_type=Patient,Observation,Condition`);
			t.same(names(done), await search(session, "Patient", "Observation", "Condition"), path);
			await session.delete(done.status);
		}
	});
}

t.test("an app: its patient, and of that what was granted", async (t) => {
	const asked = { scope: "launch/patient patient/Observation.rs patient/Patient.rs" };
	const { access_token } = await tokenFor(server, asked, {
		email: "therapist@test.example",
		patient: people.profiles.patient2,
	});
	const app = sessionAt(base, access_token);
	for (const path of ["/fhir/$export", "/fhir/Patient/$export"]) {
		const done = await exported(app, path);
		t.same([...done.output.keys()].sort(), ["Observation", "Patient"]);
		t.same(
			done.output.get("Patient")?.map(({ id }) => id),
			[String(people.profiles.patient2)],
		);
		t.same(names(done), await search(app, "Patient", "Observation"));
		await app.delete(done.status);
	}
	t.equal((await app.get("/fhir/$export?_type=Condition", inBackground)).status, 403);
	t.equal((await app.get("/fhir/$export?_type=Condition,Patient", inBackground)).status, 403);
	const lenient = await exported(app, "/fhir/$export?_type=Condition,Patient", {
		prefer: "respond-async, handling=lenient",
	});
	t.same([...lenient.output.keys()], ["Patient"]);
	t.equal((await app.get("/fhir/Group/x/$export", inBackground)).status, 403, "no Group was granted");
	await app.delete(lenient.status);
});

t.test("granular scopes hold, alone and together with _typeFilter", async (t) => {
	const vitals = "category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";
	const narrow = await tokenOf(`system/Observation.rs?${vitals}`);
	const done = await exported(narrow, "/fhir/$export");
	t.same([...done.output.keys()], ["Observation"]);
	t.same(names(done), (await found(admin, `/fhir/Observation?${vitals}`)).map(({ id }) => `Observation/${id}`).sort());
	t.ok(names(done).length >= 6);
	const both = ["status=preliminary", "date=2026-11-03"].map((query) => `_typeFilter=Observation%3F${query}`);
	const filtered = await exported(narrow, `/fhir/$export?${both.join("&")}`);
	const wanted = await Promise.all(
		["status=preliminary", "date=2026-11-03"].map((query) => found(admin, `/fhir/Observation?${vitals}&${query}`)),
	);
	t.same(
		names(filtered),
		wanted
			.flat()
			.map(({ id }) => `Observation/${id}`)
			.sort(),
	);
	const since = done.answer.body.transactionTime;
	const [gone] = done.output.get("Observation") ?? [];
	t.equal((await admin.delete(`/fhir/Observation/${gone?.id}`)).status, 204);
	const later = await exported(narrow, `/fhir/$export?_since=${since}`);
	t.same(later.answer.body.deleted, [], "what a deletion was of nobody knows");

	const wide = await tokenOf("system/Observation.rs system/Condition.rs");
	const all = await exported(wide, "/fhir/$export");
	const urlOf = (type: string) =>
		all.files[all.answer.body.output.findIndex((one: { type: string }) => one.type === type)] as string;
	t.equal((await narrow.get(all.status)).status, 200, "the same client");
	t.equal((await narrow.get(urlOf("Observation"))).status, 403, "but granted less now");
	t.equal((await (await tokenOf("system/Observation.rs")).get(urlOf("Observation"))).status, 200);
	t.equal((await (await tokenOf("system/Observation.rs")).get(urlOf("Condition"))).status, 403);
	t.equal((await (await tokenOf("system/*.rs")).get(urlOf("Condition"))).status, 200);
	const other = await otherTokenOf("system/*.rs");
	for (const path of [all.status, ...all.files]) t.equal((await other.get(path)).status, 404, "another client");
	t.equal((await other.delete(all.status)).status, 404);
	for (const { status } of [done, filtered, later, all]) t.equal((await narrow.delete(status)).status, 202);
});

t.test("a person's export is theirs, not their app's, nor the other way round", async (t) => {
	const patient = await server.as("patient@test.example");
	const asked = { scope: "launch/patient patient/*.rs offline_access" };
	const first = await tokenFor(server, asked, { email: "patient@test.example" });
	const app = sessionAt(base, first.access_token);
	const again = sessionAt(base, (await tokenFor(server, asked, { email: "patient@test.example" })).access_token);
	const [own, apps] = [await exported(patient, "/fhir/$export"), await exported(app, "/fhir/$export")];
	t.same(names(own), names(apps));
	for (const path of [own.status, ...own.files]) t.equal((await app.get(path)).status, 404);
	for (const path of [apps.status, ...apps.files]) {
		t.equal((await patient.get(path)).status, 404);
		t.equal((await again.get(path)).status, 404, "another grant");
		t.equal((await sessionAt(second, app.token).get(path)).status, 200, "any server");
	}
	t.equal((await (await server.as("patient@test.example")).get(own.status)).status, 200, "another sign-in of theirs");
	await patient.delete(own.status);
	await app.delete(apps.status);
});

t.test("access that ends before it runs ends the export", async (t) => {
	const here = await server.as("patient@test.example");
	const elsewhere = await server.as("patient@test.example");
	const asked = { scope: "launch/patient patient/*.rs" };
	const app = sessionAt(base, (await tokenFor(server, asked, { email: "patient@test.example" })).access_token);
	const removed = await (await addBackend(server, "to-be-removed", "system/*.rs"))("system/*.rs");
	const backend = await tokenOf("system/*.rs");
	// That it ends by itself meanwhile is no reason.
	await owner.query(
		"update auth.record set expires_at = now() + interval '2 seconds' where payload ->> 'clientId' = 'backend'",
	);
	const letGo = await heldUp();
	const statuses = await Promise.all(
		[here, app, removed, backend].map((session) => kickedOff(session, "/fhir/$export?_type=Patient")),
	);
	await here.post("/api/auth/logout");
	await owner.query("delete from auth.app_grant where user_id = $1", [people.patient]);
	t.equal((await admin.delete("/api/admin/clients/to-be-removed")).status, 204);
	while (
		(await owner.query("select from auth.record where payload ->> 'clientId' = 'backend' and expires_at > now()"))
			.rowCount !== 0
	)
		await new Promise((resolve) => setTimeout(resolve, 100));
	await letGo();
	const [own = "", apps = "", removeds = "", backends = ""] = statuses;
	const answer = await ended(elsewhere, own);
	t.equal(answer.status, 403);
	t.match(answer.body.issue[0].diagnostics, /was ended/);
	t.equal((await ended(await tokenOf("system/*.rs"), backends)).status, 200);
	for (const status of [apps, removeds]) await failed(status);
	const left = await owner.query(
		"select export_id from fhir.export_file f where not exists (select from fhir.export e where e.id = export_id and e.state = 'complete')",
	);
	t.equal(left.rowCount, 0, "no file is left of any");
	await (await tokenOf("system/*.rs")).delete(backends);
	await elsewhere.delete(own);
});

/** Waits until an export nobody can ask about has failed. */
async function failed(status: string): Promise<void> {
	const id = status.split("/").at(-1);
	for (const until = Date.now() + 20_000; Date.now() < until; ) {
		const { rows } = await owner.query("select state from fhir.export where id = $1", [id]);
		if (rows[0]?.state === "failed") return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`${status} has not failed`);
}

t.test("who may no longer see somebody does not get the files they are in", async (t) => {
	const done = await exported(therapist, "/fhir/Patient/$export?_type=Patient,Observation");
	t.equal((await therapist.get(done.files[0] as string)).status, 200);
	await owner.query("update patients set therapist_id = $1 where id = $2", [
		people.therapist2,
		people.profiles.patient2,
	]);
	for (const file of done.files) t.equal((await therapist.get(file)).status, 404);
	await owner.query("update patients set therapist_id = $1 where id = $2", [
		people.therapist,
		people.profiles.patient2,
	]);
	t.equal((await therapist.get(done.files[0] as string)).status, 200);
	await therapist.delete(done.status);
});

t.test("bounded: exports under way, exports kept, questions", async (t) => {
	const backend = await tokenOf("system/*.rs");
	const letGo = await heldUp();
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, at) =>
			sessionAt(at % 2 === 0 ? base : second, backend.token).get("/fhir/$export?_type=Patient", inBackground),
		),
	);
	const taken = answers.filter(({ status }) => status === 202);
	t.equal(taken.length, 4, "of twenty at once on two servers");
	for (const { status, headers, body } of answers.filter((one) => one.status !== 202)) {
		t.equal(status, 429);
		t.ok(Number(headers.get("retry-after")) > 0);
		t.equal(body.resourceType, "OperationOutcome");
	}
	const [status = ""] = taken.map(({ headers }) =>
		(headers.get("content-location") ?? "").replace(/^https?:\/\/[^/]+/, ""),
	);
	const looks = await Promise.all(Array.from({ length: 30 }, () => backend.get(status)));
	const under = looks.find((one) => one.status === 202);
	t.ok(Number(under?.headers.get("retry-after")) > 0);
	t.ok((under?.headers.get("x-progress") ?? "").length > 0 && (under?.headers.get("x-progress") ?? "").length < 100);
	const often = looks.filter((one) => one.status === 429);
	t.ok(often.length >= 5 && often.length <= 10, `${often.length} of 30`);
	t.ok(often.every(({ headers }) => Number(headers.get("retry-after")) > 0));
	t.equal((await backend.delete(status)).status, 202, "one under way is stopped");
	const another = await kickedOff(backend, "/fhir/$export?_type=Patient");
	await letGo();
	t.equal((await ended(backend, another)).status, 200);
	await owner.query(
		"insert into fhir.export (id, actor, user_id, token_hash, token_expires_at, request, address, state, expires_at) select 'kept-' || n, 'app:backend', 0, '', now(), '{}', '', 'complete', now() + interval '1 hour' from generate_series(1, 12) n",
	);
	const full = await backend.get("/fhir/$export", inBackground);
	t.equal(full.status, 429);
	t.match(full.body.issue[0].diagnostics, /kept/);
	await owner.query("delete from fhir.export where actor = 'app:backend'");
});

t.test("what is past its time is not there, and goes", async (t) => {
	const done = await exported(therapist, "/fhir/Patient/$export");
	const count = async () => Number((await owner.query("select count(*) n from fhir.export_piece")).rows[0].n);
	t.ok((await count()) > 0);
	await forgetExports(server.database);
	t.equal((await therapist.get(done.status)).status, 200, "what is not past its time stays");
	await owner.query("update fhir.export set expires_at = now()");
	for (const path of [done.status, ...done.files]) t.equal((await therapist.get(path)).status, 404);
	await forgetExports(server.database);
	t.equal(await count(), 0);
	t.equal((await owner.query("select from fhir.export")).rowCount, 0);
});

t.test("an account that is deleted takes the exports along in which it is", async (t) => {
	const [of, without] = [
		await exported(therapist, "/fhir/Patient/$export"),
		await exported(await server.as("therapist2@test.example"), "/fhir/Patient/$export"),
	];
	const patient = await server.as("patient2@test.example");
	const own = await exported(patient, "/fhir/$export");
	const gone = await fetch(`${base}/api/users/account`, {
		method: "DELETE",
		headers: { authorization: `Bearer ${patient.token}`, "content-type": "application/json" },
		body: JSON.stringify({ password: testPassword }),
	});
	t.equal(gone.status, 200, await gone.text());
	t.equal((await therapist.get(of.status)).status, 404);
	t.equal((await (await server.as("therapist2@test.example")).get(without.status)).status, 200);
	t.equal((await owner.query("select from fhir.export where id = $1", [own.status.split("/").at(-1)])).rowCount, 0);
});
