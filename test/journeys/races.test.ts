import pg from "pg";
import t from "tap";
import { organization } from "../src/http/fhir/session.ts";
import { heartRateOf } from "../support/observations.ts";
import { type Answer, type Session, sessionAt, startTestServer } from "../support/server.ts";

// Twenty at once, half of them on another server over the same database.

const server = await startTestServer(t);
const { people } = server;
const first = await server.as("admin@test.example");
const second = sessionAt(await server.beside(), first.token);
const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 3 });
t.teardown(() => owner.end());

const twenty = <T>(work: (session: Session, index: number) => Promise<T>): Promise<T[]> =>
	Promise.all(Array.from({ length: 20 }, (_, index) => work(index % 2 === 0 ? first : second, index)));
const statuses = (answers: readonly Answer[]) => {
	const counted: Record<number, number> = {};
	for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
	return counted;
};
const count = async (type: string, value: string) =>
	(await first.get(`/fhir/${type}?identifier=urn:test|${value}&_total=accurate`)).body.total;
const bundle = (...entry: object[]) => ({ resourceType: "Bundle", type: "transaction", entry });
const identified = (value: string) => ({ identifier: [{ system: "urn:test", value }] });
const patientNamed = (value: string) => ({ resourceType: "Patient", ...identified(value), name: [{ family: value }] });
const heartRate = (value: number, more: object = {}) => heartRateOf(people.profiles.patient, value, more);

t.test("conditional create: one is created, the others are told which", async (t) => {
	for (const [type, resource] of [
		["Organization", organization("create")],
		["Patient", patientNamed("create")],
		["Observation", heartRate(70, identified("create"))],
	] as const) {
		const header = { "if-none-exist": "identifier=urn:test|create" };
		const answers = await twenty((session) => session.post(`/fhir/${type}`, resource, header));
		t.same(statuses(answers), { 200: 19, 201: 1 }, type);
		t.equal(new Set(answers.map(({ headers }) => headers.get("location"))).size, 1);
		t.equal(await count(type, "create"), 1);
	}
});

t.test("conditional update: one is created, the others are its next versions", async (t) => {
	for (const [type, resource] of [
		["Organization", organization("update")],
		["Patient", patientNamed("update")],
		["Observation", heartRate(71, identified("update"))],
	] as const) {
		const answers = await twenty((session) => session.put(`/fhir/${type}?identifier=urn:test|update`, resource));
		t.same(statuses(answers), { 200: 19, 201: 1 }, type);
		t.equal(await count(type, "update"), 1);
		t.same(versionsOf(answers), upTo(20), type);
	}
});

t.test("PUT of one new id: created once, then each version once", async (t) => {
	for (const [type, resource] of [
		["Organization", organization("put")],
		["Patient", patientNamed("put")],
		["Observation", heartRate(72, identified("put"))],
		["Observation", { ...heartRate(72), status: "preliminary" }],
	] as const) {
		const id = `new-${type}-${"status" in resource ? resource.status : ""}`;
		const answers = await twenty((session) => session.put(`/fhir/${type}/${id}`, { ...resource, id }));
		t.same(statuses(answers), { 200: 19, 201: 1 }, id);
		t.same(versionsOf(answers), upTo(20), id);
		const history = await first.get(`/fhir/${type}/${id}/_history?_count=100`);
		t.same(
			history.body.entry.map((entry: { resource: { meta: { versionId: string } } }) =>
				Number(entry.resource.meta.versionId),
			),
			upTo(20).reverse(),
		);
	}
});

t.test("If-Match: one succeeds, nineteen are 412, on either face", async (t) => {
	const made = await first.post("/fhir/Observation", heartRate(73));
	const vitals = `/api/vitals/${made.body.id.split("-")[1]}`;
	const ifMatch = { "if-match": 'W/"1"' };
	const put = await twenty((session, index) =>
		session.put(
			`/fhir/Observation/${made.body.id}`,
			{ ...made.body, valueQuantity: { ...made.body.valueQuantity, value: 100 + index } },
			ifMatch,
		),
	);
	t.same(statuses(put), { 200: 1, 412: 19 }, "FHIR");
	t.ok(put.every(({ status, body }) => status === 200 || body.resourceType === "OperationOutcome"));
	const row = (await first.get(vitals)).body;
	const ifTwo = { "if-match": 'W/"2"' };
	const patched = await twenty((session, index) => session.patch(vitals, { heartRate: 120 + index }, ifTwo));
	t.same(statuses(patched), { 200: 1, 412: 19 }, "PATCH");
	const { id: _, userId, version: __, createdAt: ___, updatedAt: ____, ...values } = row;
	const ifThree = { "if-match": 'W/"3"' };
	const replaced = await twenty((session, index) =>
		session.put(vitals, { ...values, userId, heartRate: 150 + index }, ifThree),
	);
	t.same(statuses(replaced), { 200: 1, 412: 19 }, replaced.find(({ status }) => status !== 412)?.text ?? "PUT");
	t.equal((await first.get(vitals)).headers.get("etag"), 'W/"4"');
});

t.test("two entries of one bundle with the same condition: one resource, in twenty bundles at once", async (t) => {
	const ifNoneExist = "identifier=urn:test|twins";
	const entry = (fullUrl: string) => ({
		fullUrl,
		resource: organization("twins"),
		request: { method: "POST", url: "Organization", ifNoneExist },
	});
	const urns = [1, 2].map((n) => `urn:uuid:00000000-0000-4000-8000-00000000000${n}`) as [string, string];
	const about = (index: number) => ({
		resource: organization(`twin-${index}`, { partOf: { reference: urns[1] } }),
		request: { method: "POST", url: "Organization" },
	});
	const answers = await twenty((session, index) =>
		session.post("/fhir", bundle(entry(urns[0]), entry(urns[1]), about(index))),
	);
	t.same(statuses(answers), { 200: 20 });
	const entries = answers.flatMap(({ body }) => body.entry.slice(0, 2));
	t.equal(new Set(entries.map(({ response }) => response.location)).size, 1);
	t.equal(entries.filter(({ response }) => response.status.startsWith("201")).length, 1);
	t.equal(await count("Organization", "twins"), 1);
	const [twin] = (await first.get("/fhir/Organization?identifier=urn:test|twins")).body.entry;
	const parts = await first.get(`/fhir/Organization?partof=Organization/${twin.resource.id}&_total=accurate&_count=0`);
	t.equal(parts.body.total, 20);
});

t.test("conditional references in twenty transactions, while what they mean comes into being", async (t) => {
	const referring = (index: number) =>
		bundle({
			resource: organization(`referring-${index}`, {
				partOf: { reference: "Organization?identifier=urn:test|whole" },
			}),
			request: { method: "POST", url: "Organization" },
		});
	const creating = { "if-none-exist": "identifier=urn:test|whole" };
	const mixed = await twenty((session, index) =>
		index < 4
			? session.post("/fhir/Organization", organization("whole"), creating)
			: session.post("/fhir", referring(index)),
	);
	t.equal(await count("Organization", "whole"), 1);
	t.ok(
		mixed.slice(4).every(({ status }) => status === 200 || status === 412),
		JSON.stringify(statuses(mixed)),
	);
	const answers = await twenty((session, index) => session.post("/fhir", referring(100 + index)));
	t.same(statuses(answers), { 200: 20 });
	const [whole] = (await first.get("/fhir/Organization?identifier=urn:test|whole")).body.entry;
	const made = await first.get(`/fhir/Organization?partof=Organization/${whole.resource.id}&_total=accurate&_count=0`);
	t.equal(made.body.total, 20 + mixed.slice(4).filter(({ status }) => status === 200).length);
});

t.test(
	"the same resources in opposite order, of all kinds, on both faces: no deadlock is anybody's failure",
	async (t) => {
		const ids = Array.from({ length: 6 }, (_, index) => index);
		const native: Answer["body"][] = [];
		for (const index of ids) native.push((await first.post("/fhir/Observation", heartRate(60 + index))).body);
		const entries = (round: number) => [
			...ids.map((id) => put(organization(`o${id}`, { id: `opposite-${id}`, active: round % 2 === 0 }))),
			...native.map((one) => put({ ...one, valueQuantity: { ...one.valueQuantity, value: 60 + round } })),
			...ids.map((id) => put({ ...patientNamed(`p${id}`), id: `opposite-${id}`, active: round % 2 === 0 })),
			...ids.map((id) => put(heartRate(80 + round, { id: `opposite-${id}` }))),
			put({ ...heartRate(80 + round, { id: "opposite-mixed" }), status: round % 2 === 0 ? "final" : "preliminary" }),
		];
		const inEitherOrder = (session: Session, index: number) =>
			session.post("/fhir", bundle(...(index % 4 < 2 ? entries(index) : entries(index).reverse())));
		// New ids have no row to lock yet: here some may collide more often than is retried.
		const creating = await Promise.all(
			[0, 1, 2, 3].map((index) => inEitherOrder(index % 2 === 0 ? first : second, index)),
		);
		for (const { status, headers, text } of creating) {
			if (status === 200) continue;
			t.ok([409, 503].includes(status) && Number(headers.get("retry-after")) > 0, `${status} ${text}`);
		}
		const made = creating.filter(({ status }) => status === 200).length;
		t.ok(made > 0);
		await told();
		const before = await deadlocks();
		const answers = await twenty((session, index) => {
			if (index % 5 !== 4) return inEitherOrder(session, index);
			const row = native[index % ids.length].id.split("-")[1];
			return session.patch(`/api/vitals/${row}`, { notes: `round ${index}` });
		});
		t.same(statuses(answers), { 200: 20 }, answers.find(({ status }) => status !== 200)?.text ?? "all are done");
		const history = await first.get("/fhir/Organization/opposite-0/_history?_total=accurate&_count=100");
		t.equal(history.body.total, made + 16, "each transaction left its version");
		await told();
		t.equal((await deadlocks()) - before, 0, "nobody waited for one who waited for them");
	},
);

t.test("a deadlock is retried by the server", async (t) => {
	for (const id of ["dead-a", "dead-b"]) await first.put(`/fhir/Organization/${id}`, organization(id, { id }));
	const other = await owner.connect();
	const lock = (id: string) => other.query("select from fhir.resource where id = $1 for update", [id]);
	// PostgreSQL ends the one whose patience is shorter: the server.
	await other.query("begin; set local deadlock_timeout = '1min'");
	await lock("dead-b");
	const before = await deadlocks();
	const answer = first.post(
		"/fhir",
		bundle(...["dead-a", "dead-b"].map((id) => put(organization(id, { id, active: true })))),
	);
	await waiting();
	await lock("dead-a");
	await other.query("commit");
	other.release();
	t.equal((await answer).status, 200, (await answer).text);
	t.equal((await first.get("/fhir/Organization/dead-a")).body.meta.versionId, "2");
	// PostgreSQL counts with a second's delay.
	for (let tries = 0; tries < 50 && (await deadlocks()) === before; tries++)
		await new Promise((r) => setTimeout(r, 100));
	t.ok((await deadlocks()) > before, "there was one");
});

t.test(
	"what collides again and again is 409 with Retry-After within bounds, never 500, and nothing is stored",
	async (t) => {
		await owner.query(`
		create sequence public.tries;
		grant usage on sequence public.tries to public;
		create function public.collide() returns trigger language plpgsql as $$
		begin
			if nextval('public.tries') <= tg_argv[0]::int then
				raise exception using errcode = tg_argv[1];
			end if;
			return new;
		end $$`);
		const table = "fhir.resource";
		for (const [code, collisions, status, tried] of [
			["40P01", 3, 200, 4],
			["40001", 3, 200, 4],
			["40P01", 1000, 409, 5],
			["40001", 1000, 409, 5],
		] as const) {
			await owner.query(
				`create trigger a_collide before insert on ${table} for each row execute function public.collide(${collisions}, '${code}')`,
			);
			for (const [road, send, expected] of [
				["create", () => first.post("/fhir/Organization", organization(`x-${code}`)), status === 200 ? 201 : status],
				["transaction", () => first.post("/fhir", bundle(post(organization(`x-${code}`)))), status],
				[
					"with a key",
					() =>
						first.post("/fhir", bundle(post(organization(`x-${code}`))), {
							"idempotency-key": `${code} ${collisions}`,
						}),
					status,
				],
			] as const) {
				await owner.query("alter sequence public.tries restart");
				const answer = await send();
				t.equal(answer.status, expected, `${road} ${code}`);
				const { rows } = await owner.query("select last_value::int n from public.tries");
				t.equal(rows[0].n, tried, `${road}: tried ${tried} times`);
				if (expected !== 409) continue;
				t.ok(Number(answer.headers.get("retry-after")) > 0, `${road}: Retry-After`);
				t.equal(answer.body.resourceType, "OperationOutcome");
			}
			await owner.query(`drop trigger a_collide on ${table}`);
		}
		t.equal(await count("Organization", "x-40001"), 3, "of those that went well");
		const free = await first.post("/fhir", bundle(post(organization("x-40001"))), { "idempotency-key": "40001 1000" });
		t.equal(free.status, 200, "such a refusal does not use up the key");
	},
);

function post(resource: object) {
	return { resource, request: { method: "POST", url: (resource as { resourceType: string }).resourceType } };
}

function put(resource: object) {
	const { resourceType, id } = resource as { resourceType: string; id: string };
	return { resource, request: { method: "PUT", url: `${resourceType}/${id}` } };
}

function versionsOf(answers: readonly Answer[]): number[] {
	return answers.map(({ body }) => Number(body.meta?.versionId)).sort((one, other) => one - other);
}

function upTo(last: number): number[] {
	return Array.from({ length: last }, (_, index) => index + 1);
}

async function deadlocks(): Promise<number> {
	const { rows } = await owner.query(
		"select deadlocks::int n from pg_stat_database where datname = current_database()",
	);
	return rows[0].n;
}

/** PostgreSQL counts with a second's delay. */
async function told(): Promise<void> {
	await new Promise((done) => setTimeout(done, 1500));
}

/** Until some connection waits for a lock. */
async function waiting(): Promise<void> {
	const blocked = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
	while ((await owner.query(blocked)).rowCount === 0) await new Promise((done) => setTimeout(done, 5));
}
