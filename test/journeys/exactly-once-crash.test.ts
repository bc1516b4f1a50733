import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import t from "tap";
import { openDatabase } from "../../src/store/database.ts";
import { organization } from "../src/http/fhir/session.ts";
import { createPeople, testPassword } from "../support/people.ts";
import { testDatabase, testKey } from "../support/postgres.ts";
import { type Answer, type Session, sessionAt } from "../support/server.ts";
import { freePort, startServerProcess } from "../support/server-process.ts";

// Two processes of the server on one database; one of them is killed (SIGKILL) while it works, and the client asks the other one again.
// ONCE_ROUNDS=200 TAP_TIMEOUT=900 node test/journeys/exactly-once-crash.test.ts runs longer.

const rounds = Number(process.env.ONCE_ROUNDS ?? 8);
const place = await testDatabase(t);
const owner = new pg.Pool({ connectionString: place.ownerUrl, max: 3 });
t.teardown(() => owner.end());
const people = await openDatabase({ url: place.serverUrl, poolSize: 1 });
await createPeople(people);
await people.close();

interface Running {
	readonly session: Session;
	/** As `kill -9` does. */
	kill(): Promise<void>;
}

async function start(): Promise<Running> {
	const port = await freePort();
	const { ready, kill } = startServerProcess({
		DATABASE_URL: place.ownerUrl,
		TOKEN_ENCRYPTION_KEY: testKey.toString("base64"),
		PORT: String(port),
		BASE_URL: "http://heart.example",
	});
	t.teardown(kill);
	await ready();
	const base = `http://127.0.0.1:${port}`;
	const signedIn = await sessionAt(base, "").post("/api/auth/login", {
		email: "admin@test.example",
		password: testPassword,
	});
	return { kill, session: sessionAt(base, signedIn.body.token) };
}

const bundle = (type: string, entry: object[]) => ({ resourceType: "Bundle", type, entry });
const post = (value: string) => ({ resource: organization(value), request: { method: "POST", url: "Organization" } });
const count = async (session: Session, value: string) =>
	(await session.get(`/fhir/Organization?identifier=urn:test|${value}&_total=accurate`)).body.total;
const same = ({ status, headers, text }: Answer) => [status, text, headers.get("location"), headers.get("etag")];
/** The answer, unless the server is gone before it. */
const unlessGone = (sent: Promise<Answer>) => sent.catch(() => undefined);

const survivor = await start();

t.test("killed in the middle of a transaction: nothing of it is there, and the repeat does it", async (t) => {
	const victim = await start();
	await survivor.session.put("/fhir/Organization/held", organization("held", { id: "held" }));
	const body = bundle("transaction", [
		post("transaction"),
		{ resource: organization("held", { id: "held" }), request: { method: "PUT", url: "Organization/held" } },
	]);
	const key = { "idempotency-key": randomUUID() };
	const release = await hold("held");
	const first = unlessGone(victim.session.post("/fhir", body, key));
	await waiting();
	await victim.kill();
	t.equal(await first, undefined);
	t.equal(await count(survivor.session, "transaction"), 0);
	const repeat = survivor.session.post("/fhir", body, key);
	await release();
	t.equal((await repeat).status, 200, (await repeat).text);
	t.equal(await count(survivor.session, "transaction"), 1);
	t.equal((await survivor.session.get("/fhir/Organization/held")).body.meta.versionId, "2");
	t.same(same(await survivor.session.post("/fhir", body, key)), same(await repeat));
});

t.test("killed in the middle of a batch: what was done is not done again", async (t) => {
	const victim = await start();
	await survivor.session.put("/fhir/Organization/stop", organization("stop", { id: "stop" }));
	const stop = { resource: organization("stop", { id: "stop" }), request: { method: "PUT", url: "Organization/stop" } };
	const body = bundle("batch", [post("batch-1"), post("batch-2"), stop, post("batch-4")]);
	const key = { "idempotency-key": randomUUID() };
	const release = await hold("stop");
	const first = unlessGone(victim.session.post("/fhir", body, key));
	await waiting();
	await victim.kill();
	await release();
	t.equal(await first, undefined);
	const all = ["batch-1", "batch-2", "batch-4"];
	t.same(await Promise.all(all.map((one) => count(survivor.session, one))), [1, 1, 0], "two entries were done");
	const made = await survivor.session.get("/fhir/Organization?identifier=urn:test|batch-2");
	const repeat = await survivor.session.post("/fhir", body, key);
	t.same(await Promise.all(all.map((one) => count(survivor.session, one))), [1, 1, 1]);
	t.equal((await survivor.session.get("/fhir/Organization/stop")).body.meta.versionId, "2");
	t.match(repeat.body.entry[1].response, { status: /^201/, location: RegExp(made.body.entry[0].resource.id) });
	t.same(same(await survivor.session.post("/fhir", body, key)), same(repeat));
});

t.test(`killed at any moment, ${rounds} rounds`, async (t) => {
	let answeredBefore = 0;
	for (let round = 0; round < rounds; round++) {
		const victim = await start();
		// The first request of a process is slow in its own way; the moment shall be anywhere in an ordinary one.
		await victim.session.post("/fhir/Organization", organization("warm"));
		const value = `round-${round}`;
		const [path, body] = [
			["/fhir/Organization", organization(value)],
			["/fhir", bundle("transaction", [post(value), post(value)])],
			["/fhir", bundle("batch", [post(value), post(value), post(value)])],
		][round % 3] as [string, object];
		const key = { "idempotency-key": value };
		const first = unlessGone(victim.session.post(path, body, key));
		await sleep(Math.random() * 25);
		await victim.kill();
		const repeat = await survivor.session.post(path, body, key);
		t.ok([200, 201].includes(repeat.status), repeat.text);
		const answered = await first;
		if (answered !== undefined) {
			answeredBefore++;
			t.same(same(repeat), same(answered), "what was answered is answered again");
		}
		t.equal(await count(survivor.session, value), (round % 3) + 1, `${path}, round ${round}`);
	}
	t.comment(`answered before the kill: ${answeredBefore} of ${rounds}`);
});

/** Keeps a resource from being changed until the returned function is called. */
async function hold(id: string): Promise<() => Promise<void>> {
	const client = await owner.connect();
	await client.query("begin");
	await client.query("select from fhir.resource where id = $1 for update", [id]);
	return async () => {
		await client.query("commit");
		client.release();
	};
}

/** Until some connection waits for a lock. */
async function waiting(): Promise<void> {
	const blocked = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
	while ((await owner.query(blocked)).rowCount === 0) await sleep(5);
}
