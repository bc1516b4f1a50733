import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import pg from "pg";
import t from "tap";
import { callerOf, serverCaller } from "../../src/access/caller.ts";
import { forgetAnswers } from "../../src/store/answers.ts";
import { organization } from "../src/http/fhir/session.ts";
import { heartRateOf } from "../support/observations.ts";
import { type Answer, sessionAt, startTestServer } from "../support/server.ts";

const server = await startTestServer(t);
const admin = await server.as("admin@test.example");
const therapist = await server.as("therapist@test.example");
const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 3 });
t.teardown(() => owner.end());

const newKey = () => ({ "idempotency-key": randomUUID() });
const count = async (value: string) =>
	(await admin.get(`/fhir/Organization?identifier=urn:test|${value}&_total=accurate`)).body.total;

/** What a client can tell one answer from another by. */
const essence = ({ status, headers, text }: Answer) => ({
	status,
	text,
	headers: ["location", "etag", "last-modified", "content-type", "preference-applied"].map((name) => headers.get(name)),
});

const post = (resource: object, more: object = {}) => ({
	resource,
	request: { method: "POST", url: (resource as { resourceType: string }).resourceType, ...more },
});
const bundle = (type: string, ...entry: object[]) => ({ resourceType: "Bundle", type, entry });

const heartRate = (value: number) => heartRateOf(server.people.profiles.patient, value);

t.test("the first answer comes again, byte for byte, and nothing is done", async (t) => {
	for (const [name, path, body, prefer] of [
		["create", "/fhir/Organization", organization("a-create"), undefined],
		["minimal", "/fhir/Organization?_pretty=true", organization("a-minimal"), "return=minimal"],
		["transaction", "/fhir", bundle("transaction", post(organization("a-transaction"))), undefined],
		["batch", "/fhir/", bundle("batch", post(organization("a-batch")), post({ resourceType: "No" })), undefined],
	] as const) {
		const headers = { ...newKey(), ...(prefer === undefined ? {} : { prefer }) };
		const first = await admin.post(path, body, headers);
		const again = await admin.post(path, body, headers);
		const slashed = await admin.post(path.replace(/\/?(\?|$)/, "/$1"), body, headers);
		t.ok([200, 201].includes(first.status), first.text);
		t.same(essence(again), essence(first), name);
		t.same(essence(slashed), essence(first), `${name}, with another slash`);
		t.equal(first.headers.get("idempotent-replayed"), null);
		t.equal(again.headers.get("idempotent-replayed"), "true");
		t.equal(await count(`a-${name}`), 1, name);
	}
	t.equal(
		(await owner.query("select from fhir.answer where entry > 0")).rowCount,
		0,
		"the whole batch has its entries",
	);
});

t.test("the same key for anything else is 422, and nothing is stored", async (t) => {
	const key = newKey();
	const body = organization("b");
	const first = await admin.post("/fhir/Organization", body, key);
	const others: [string, object | string, Record<string, string>][] = [
		["/fhir/Organization", organization("b", { active: true }), {}],
		["/fhir/Organization", ` ${JSON.stringify(body)}`, {}],
		["/fhir/Organization", body, { prefer: "return=minimal" }],
		["/fhir/Organization", body, { "if-none-exist": "identifier=urn:test|b-other" }],
		["/fhir/Organization", body, { accept: "application/json" }],
		["/fhir/Organization?_pretty=true", body, {}],
		["/fhir/Location", { resourceType: "Location", name: "b" }, {}],
		["/fhir", bundle("transaction", post(organization("b"))), {}],
		["/fhir", bundle("batch", post(organization("b"))), {}],
	];
	for (const [path, other, headers] of others) {
		const answer = await admin.post(path, other, { ...key, ...headers });
		t.equal(answer.status, 422, `${path} ${JSON.stringify(headers)}`);
		t.match(answer.body, { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "business-rule" }] });
	}
	t.equal(await count("b"), 1);
	t.same(essence(await admin.post("/fhir/Organization", body, key)), essence(first), "the first holds on");
});

t.test("a key is its caller's: the person, not the token", async (t) => {
	const key = newKey();
	const first = await therapist.post("/fhir/Observation", heartRate(61), key);
	t.equal(first.status, 201, first.text);
	const signedInAgain = await server.as("therapist@test.example");
	t.not(signedInAgain.token, therapist.token);
	t.same(essence(await signedInAgain.post("/fhir/Observation", heartRate(61), key)), essence(first));
	for (const name of ["admin", "patient", "therapist2"]) {
		const other = await server.as(`${name}@test.example`);
		const answer = await other.post("/fhir/Observation", heartRate(61), key);
		t.equal(answer.headers.get("idempotent-replayed"), null, name);
		t.notOk(answer.text.includes(first.body.id), name);
		t.not(answer.status, 422, `${name} is not told that somebody has it`);
	}
});

t.test("nobody sees what another was answered, the system neither", async (t) => {
	await therapist.post("/fhir/Observation", heartRate(62), newKey());
	const { people, database } = server;
	const seenBy = (caller: Parameters<typeof database.read>[0]) =>
		database.read(caller, (tx) =>
			tx.query<{ actor: string }>({ text: "select distinct actor from fhir.answer", values: [] }),
		);
	const actor = `user:${people.therapist}`;
	t.same(await seenBy(callerOf({ id: people.therapist, role: "therapist" })), [{ actor }]);
	for (const caller of [
		callerOf({ id: people.therapist2, role: "therapist" }),
		callerOf({ id: people.patient, role: "patient" }),
		callerOf({ id: people.admin, role: "admin" }),
		serverCaller,
	]) {
		t.notOk(
			(await seenBy(caller)).some((row) => row.actor === actor),
			caller.actor,
		);
	}
});

t.test("what a key may be", async (t) => {
	const wrong = ["", " ", "x".repeat(201), "a\tb", "\u0085", "é".repeat(201)];
	for (const key of wrong) {
		for (const dry of [{}, { "x-dry-run": "true" }]) {
			const answer = await admin.post("/fhir/Organization", organization("c"), { "idempotency-key": key, ...dry });
			t.equal(answer.status, 400, JSON.stringify(key.slice(0, 10)));
			t.equal(answer.body.resourceType, "OperationOutcome");
		}
	}
	t.equal(await statusWithKeys("one", "two"), 400);
	const utf8 = (text: string) => Buffer.from(text, "utf8").toString("latin1");
	for (const [index, key] of ["x".repeat(200), utf8("😀".repeat(200)), "' or 1=1 --", '"quoted"', "é"].entries()) {
		const value = `c-${index}`;
		const headers = { "idempotency-key": key };
		t.equal((await admin.post("/fhir/Organization", organization(value), headers)).status, 201, key.slice(0, 10));
		t.equal((await admin.post("/fhir/Organization", organization(value), headers)).status, 201);
		t.equal(await count(value), 1);
	}
});

t.test("where it means nothing it is not looked at: PUT, DELETE, searches, dry runs", async (t) => {
	const key = newKey();
	const put = (active: boolean) =>
		admin.put("/fhir/Organization/d", organization("d", { id: "d", active }), { "idempotency-key": "" });
	t.equal((await put(true)).status, 201);
	t.equal((await put(false)).status, 200);
	t.equal((await admin.delete("/fhir/Organization/d", { "idempotency-key": "x".repeat(300) })).status, 204);
	const form = { "content-type": "application/x-www-form-urlencoded", ...key };
	for (const name of ["a", "b"])
		t.equal((await admin.post("/fhir/Organization/_search", `name=${name}`, form)).status, 200);
	const dry = { ...key, "x-dry-run": "true" };
	t.equal((await admin.post("/fhir/Organization", organization("d-dry"), dry)).status, 201);
	t.equal(await count("d-dry"), 0);
	const real = await admin.post("/fhir/Organization", organization("d-real"), key);
	t.equal(real.status, 201);
	t.equal(real.headers.get("idempotent-replayed"), null);
	t.equal(await count("d-real"), 1);
});

t.test(
	"refusals: what was decided by what is stored is remembered, what is wrong with the request is not",
	async (t) => {
		await admin.post("/fhir/Organization", organization("e-twice"));
		await admin.post("/fhir/Organization", organization("e-twice"));
		const several = { ...newKey(), "if-none-exist": "identifier=urn:test|e-twice" };
		const first = await admin.post("/fhir/Organization", organization("e"), several);
		t.equal(first.status, 412);
		const [one] = (await admin.get("/fhir/Organization?identifier=urn:test|e-twice")).body.entry;
		await admin.delete(`/fhir/Organization/${one.resource.id}`);
		const again = await admin.post("/fhir/Organization", organization("e"), several);
		t.same(essence(again), essence(first), "although it would go well now");
		t.equal(again.headers.get("idempotent-replayed"), "true");
		t.equal((await admin.post("/fhir/Organization", organization("e-2"), several)).status, 422);

		const reading = bundle("transaction", post(organization("e-3")), { request: { method: "GET", url: "Patient/no" } });
		const key404 = newKey();
		const missing = await admin.post("/fhir", reading, key404);
		t.equal(missing.status, 404);
		t.same(essence(await admin.post("/fhir", reading, key404)), essence(missing), "the words of the refusal, too");
		t.equal(await count("e-3"), 0);

		const key = newKey();
		t.equal((await admin.post("/fhir/Organization", { resourceType: "Organization", nonsense: 1 }, key)).status, 400);
		t.equal((await admin.post("/fhir", bundle("transaction", post({ resourceType: "No" })), key)).status, 404);
		const corrected = await admin.post("/fhir/Organization", organization("e-4"), key);
		t.equal(corrected.status, 201, "the corrected request may have the key");
		t.equal(await count("e-4"), 1);
	},
);

t.test("twenty at once on two servers: done once, answered alike", async (t) => {
	const second = sessionAt(await server.beside(), admin.token);
	for (const [name, path, body] of [
		["create", "/fhir/Organization", organization("f-create")],
		["transaction", "/fhir", bundle("transaction", post(organization("f-transaction")), post(heartRate(90)))],
		["batch", "/fhir", bundle("batch", ...[1, 2, 3].map(() => post(organization("f-batch"))))],
	] as const) {
		const key = newKey();
		const answers = await Promise.all(
			Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? admin : second).post(path, body, key)),
		);
		t.equal(new Set(answers.map((answer) => JSON.stringify(essence(answer)))).size, 1, name);
		t.ok([200, 201].includes(answers[0]?.status ?? 0), String(answers[0]?.text));
		t.equal(answers.filter(({ headers }) => headers.get("idempotent-replayed") === null).length, 1, "one did it");
		t.equal(await count(`f-${name}`), name === "batch" ? 3 : 1);
	}
	const different = await Promise.all(
		Array.from({ length: 20 }, (_, index) =>
			(index % 2 === 0 ? admin : second).post("/fhir/Organization", organization(`f-${index}`), {
				"idempotency-key": "twenty different",
			}),
		),
	);
	t.same([...new Set(different.map(({ status }) => status))].sort(), [201, 422]);
	t.equal(different.filter(({ status }) => status === 201).length, 1);
	const stored = await Promise.all(different.map((_, index) => count(`f-${index}`)));
	t.equal(
		stored.reduce((sum, one) => sum + one, 0),
		1,
	);
});

t.test("a repeat waits for the first; when that takes too long it is told to come again", async (t) => {
	const holding = await owner.connect();
	await holding.query("begin; lock table fhir.resource in share mode");
	const key = newKey();
	const send = () => admin.post("/fhir/Organization", organization("g"), key);
	const first = send();
	await waiting();
	const impatient = await send();
	t.equal(impatient.status, 409);
	t.ok(Number(impatient.headers.get("retry-after")) > 0);
	t.match(impatient.body, { resourceType: "OperationOutcome", issue: [{ code: "conflict" }] });
	const patient = send();
	await holding.query("commit");
	holding.release();
	t.equal((await first).status, 201);
	t.same(essence(await patient), essence(await first));
	t.equal(await count("g"), 1);
});

t.test("a batch whose entries were done by a server that died: the rest is done, the answer is whole", async (t) => {
	const key = newKey();
	const body = bundle("batch", ...["h1", "h2", "h3"].map((value) => post(organization(value))));
	const whole = await admin.post("/fhir", body, key);
	// As the server leaves it when it ends after the second entry.
	const response = (at: number) => JSON.stringify({ resourceText: undefined, response: whole.body.entry[at].response });
	await owner.query(
		"update fhir.answer set status = null, headers = null, body = null where status = 200 and body = $1",
		[whole.text],
	);
	for (const entry of [1, 2]) {
		await owner.query(
			`insert into fhir.answer (actor, key, entry, user_id, fingerprint, body)
			select actor, key, $1, user_id, fingerprint, $2 from fhir.answer where status is null and entry = 0`,
			[entry, response(entry - 1)],
		);
	}
	const again = await admin.post("/fhir", body, key);
	t.equal(again.status, 200);
	t.same(again.body.entry.slice(0, 2), whole.body.entry.slice(0, 2), "what was done is told as it was");
	t.not(again.body.entry[2].response.location, whole.body.entry[2].response.location);
	t.same(await Promise.all(["h1", "h2", "h3"].map(count)), [1, 1, 2], "the third was done anew, the others were not");
	t.same(essence(await admin.post("/fhir", body, key)), essence(again));
});

t.test("after 24 hours a key is free and its answer forgotten", async (t) => {
	const key = newKey();
	const body = organization("i");
	await admin.post("/fhir/Organization", body, key);
	const left = await owner.query(
		"select distinct round(extract(epoch from expires_at - now()) / 3600) hours from fhir.answer",
	);
	t.same(left.rows, [{ hours: "24" }]);
	await owner.query("update fhir.answer set expires_at = now()");
	t.equal((await admin.post("/fhir/Organization", organization("i-2"), key)).status, 201);
	t.equal(
		(await admin.post("/fhir/Organization", organization("i-2"), key)).headers.get("idempotent-replayed"),
		"true",
	);
	await owner.query(`insert into fhir.answer (actor, key, entry, user_id, fingerprint, expires_at)
		select 'user:1', sha256(n::text::bytea), 0, n, '', now() - interval '1 second' from generate_series(1, 1700) n`);
	await Promise.all([forgetAnswers(server.database), forgetAnswers(server.database)]);
	t.equal((await owner.query("select from fhir.answer where expires_at <= now()")).rowCount, 0);
	t.equal((await owner.query("select from fhir.answer")).rowCount, 1, "what has not expired stays");
});

t.test("a repeat is in the access log, as one", async (t) => {
	const key = newKey();
	await therapist.post("/fhir/Observation", heartRate(64), key);
	const { body } = await therapist.post("/fhir/Observation", heartRate(64), key);
	const logged = await owner.query(
		"select action, target, returned, patients from audit.access_log where $1 = any(returned) order by id",
		[`Observation/${body.id}`],
	);
	const named = { returned: [`Observation/${body.id}`], patients: [server.people.patient], target: "Observation" };
	t.same(logged.rows, [
		{ action: "create", ...named },
		{ action: "create again", ...named },
	]);
});

t.test("without a key nothing is asked of the table", async (t) => {
	await owner.query("revoke all on fhir.answer from heart_person, heart_therapist, heart_system");
	t.equal((await admin.post("/fhir/Organization", organization("k"))).status, 201);
	t.equal((await admin.post("/fhir", bundle("transaction", post(organization("k"))))).status, 200);
	t.equal((await admin.post("/fhir", bundle("batch", post(organization("k"))))).status, 200);
	t.equal((await admin.post("/fhir/Organization", organization("k"), newKey())).status, 403, "with one it would fail");
	await owner.query(
		"grant select, insert, update, delete on fhir.answer to heart_person, heart_therapist, heart_system",
	);
});

/** The status of a create with several headers (fetch makes one of equal ones). */
async function statusWithKeys(...keys: string[]): Promise<number | undefined> {
	const headers = {
		authorization: `Bearer ${admin.token}`,
		"content-type": "application/fhir+json",
		"idempotency-key": keys,
	};
	const sent = request(`${server.base}/fhir/Organization`, { method: "POST", headers });
	sent.end(JSON.stringify(organization("c")));
	const [answer] = (await once(sent, "response")) as [IncomingMessage];
	answer.resume();
	return answer.statusCode;
}

/** Until some connection waits for a lock. */
async function waiting(): Promise<void> {
	const blocked = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
	while ((await owner.query(blocked)).rowCount === 0) await new Promise((done) => setTimeout(done, 5));
}
