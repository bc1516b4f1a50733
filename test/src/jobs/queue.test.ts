import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import t from "tap";
import { callerOf, serverCaller } from "../../../src/access/caller.ts";
import { type JobKind, task } from "../../../src/jobs/kind.ts";
import { openQueue, type Queue } from "../../../src/jobs/queue.ts";
import type { JobOutcome } from "../../../src/jobs/report.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { createPeople } from "../../support/people.ts";
import { testDatabase } from "../../support/postgres.ts";

const place = await testDatabase(t);
const owner = new pg.Client({ connectionString: place.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

interface Server {
	readonly queue: Queue;
	readonly database: Awaited<ReturnType<typeof openDatabase>>;
	readonly outcomes: JobOutcome[];
	readonly logged: string[];
}

async function server(t: { teardown(undo: () => unknown): unknown }): Promise<Server> {
	const database = await openDatabase({ url: place.serverUrl, poolSize: 3 });
	const outcomes: JobOutcome[] = [];
	const logged: string[] = [];
	const line = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
	const log = { debug: line, warn: line, error: line };
	const observe = (outcome: JobOutcome) => void outcomes.push(outcome);
	const queue = openQueue({ connection: database.queue, log, observe, lookEverySeconds: 0.5 });
	t.teardown(async () => {
		await queue.stop(5);
		await database.close();
	});
	return { queue, database, outcomes, logged };
}

async function until(true_: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await true_())) await sleep(20);
}

const states = async (kind: string) =>
	(
		await owner.query<{ state: string }>("select state::text from jobs.job where name = $1 order by created_on", [kind])
	).rows.map(({ state }) => state);

t.test("two servers do each job once, whichever added it", async (t) => {
	const kind: JobKind<{ n: number }> = { name: "once", concurrency: 2 };
	const [one, two] = await Promise.all([server(t), server(t)]);
	const done: number[] = [];
	const by: [number, number] = [0, 0];
	const doing = (who: 0 | 1) =>
		task(kind, async ({ n }) => {
			by[who]++;
			await sleep(5);
			done.push(n);
		});
	await Promise.all([one.queue.start([doing(0)]), two.queue.start([doing(1)])]);
	const jobs = (from: number) => Array.from({ length: 20 }, (_, index) => ({ data: { n: from + index } }));
	t.same(await Promise.all([one.queue.add(kind, jobs(0)), two.queue.add(kind, jobs(20))]), [20, 20]);
	await until(() => done.length >= 40);
	t.same(
		done.toSorted((a, b) => a - b),
		Array.from({ length: 40 }, (_, index) => index),
	);
	t.ok(by[0] > 0 && by[1] > 0, `both worked: ${by.join(" and ")}`);
	await until(() => one.outcomes.length + two.outcomes.length === 40);
	t.ok([...one.outcomes, ...two.outcomes].every(({ outcome }) => outcome === "done"));
});

t.test("an id is taken once, however often and from wherever it is added", async (t) => {
	const kind: JobKind<Record<string, never>> = { name: "tick" };
	const [one, two] = await Promise.all([server(t), server(t)]);
	const id = randomUUID();
	const added = await Promise.all(
		Array.from({ length: 20 }, (_, n) => (n % 2 ? one : two).queue.add(kind, [{ data: {}, id }])),
	);
	t.equal(
		added.reduce((a, b) => a + b),
		1,
	);
	let ran = 0;
	await one.queue.start([task(kind, async () => void ran++)]);
	await until(() => one.outcomes.length > 0);
	t.equal(await two.queue.add(kind, [{ data: {}, id }]), 0, "nor when it is done");
	t.equal(ran, 1);
});

t.test("jobs added within a transaction are there if it commits, also when a patient causes them", async (t) => {
	const kind: JobKind<{ why: string }> = { name: "within" };
	const { queue, database } = await server(t);
	const people = await createPeople(database);
	const patient = callerOf({ id: people.patient, role: "patient" });
	await t.rejects(
		database.write(patient, async (tx) => {
			await queue.add(kind, [{ data: { why: "lost" } }], tx);
			throw new Error("changed my mind");
		}),
		/changed my mind/,
	);
	t.same(await states("within"), []);
	await database.write(patient, (tx) => queue.add(kind, [{ data: { why: "kept" } }], tx));
	t.same(await states("within"), ["created"]);
	await t.rejects(
		database.write(patient, (tx) => tx.query({ text: "select * from jobs.job", values: [] })),
		/not allowed|denied/i,
		"a person cannot look into the queue",
	);
});

t.test("exclusive: one waits or runs; stately: one may wait while one runs; keys count for themselves", async (t) => {
	const { queue } = await server(t);
	const exclusive: JobKind<object> = { name: "exclusive", policy: "exclusive" };
	const stately: JobKind<object> = { name: "stately", policy: "stately" };
	const add = (kind: JobKind<object>, key: string) => queue.add(kind, [{ data: {}, key }]);
	t.same([await add(exclusive, "a"), await add(exclusive, "a"), await add(exclusive, "b")], [1, 0, 1]);
	t.same([await add(stately, "a"), await add(stately, "a")], [1, 0]);
	const running = Promise.withResolvers<void>();
	let ran = 0;
	const wait = async () => {
		ran++;
		await running.promise;
	};
	await queue.start([task({ ...exclusive, concurrency: 2 }, wait), task(stately, wait)]);
	await until(() => ran === 3);
	t.same([await add(exclusive, "a"), await add(stately, "a"), await add(stately, "a")], [0, 1, 0]);
	running.resolve();
	await until(() => ran === 4);
});

t.test("a failing job is tried again and then given up, seen in log and figures, without what it said", async (t) => {
	const kind: JobKind<object> = { name: "failing", attempts: 3, retrySeconds: 1, longestRetrySeconds: 1 };
	const { queue, outcomes, logged } = await server(t);
	const attempts: [number, boolean][] = [];
	const failing = task(kind, async (_, { number, isLast }) => {
		attempts.push([number, isLast]);
		throw new TypeError("Paula Patient has a secret");
	});
	await queue.start([failing]);
	await queue.add(kind, [{ data: {} }]);
	await until(() => outcomes.some(({ outcome }) => outcome === "dead"));
	t.same(attempts, [
		[1, false],
		[2, false],
		[3, true],
	]);
	t.same(
		outcomes.map(({ kind, outcome }) => `${kind} ${outcome}`),
		["failing failed", "failing failed", "failing failed", "failing dead"],
	);
	t.match(
		logged.filter((line) => line.startsWith("a job was given up")),
		[/"attempts":3/],
	);
	const kept = await owner.query("select * from jobs.job where name in ('failing', 'dead-letter')");
	t.equal(kept.rowCount, 2);
	t.notMatch(JSON.stringify([kept.rows, logged]), /Paula|secret/);
});

t.test("a server that stops lets the job under way end, and tells it", async (t) => {
	const kind: JobKind<object> = { name: "stopping" };
	const { queue, outcomes } = await server(t);
	let told = false;
	const begun = Promise.withResolvers<void>();
	await queue.start([
		task(kind, async (_, { signal }) => {
			begun.resolve();
			await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
			told = signal.aborted;
		}),
	]);
	await queue.add(kind, [{ data: {} }, { data: {} }]);
	await begun.promise;
	await queue.stop(30);
	t.equal(told, true);
	t.same(outcomes, [{ ...outcomes[0], outcome: "done" }]);
	t.same((await states("stopping")).toSorted(), ["completed", "created"]);
	await queue.add(kind, [{ data: {} }]);
	t.equal((await states("stopping")).length, 3, "requests under way may still add");
});

t.test("what a server cannot finish in time is done by another", async (t) => {
	const kind: JobKind<object> = { name: "late", retrySeconds: 1 };
	const [one, two] = await Promise.all([server(t), server(t)]);
	const begun = Promise.withResolvers<void>();
	const hang = task(kind, () => {
		begun.resolve();
		return new Promise<void>(() => undefined);
	});
	await one.queue.start([hang]);
	await one.queue.add(kind, [{ data: {} }]);
	await begun.promise;
	await one.queue.stop(0);
	const tries: number[] = [];
	await two.queue.start([task(kind, async (_, { number }) => void tries.push(number))]);
	await until(() => tries.length > 0);
	t.same(tries, [2]);
});

t.test("the system may write to the queue but not remake it", async (t) => {
	const { database } = await server(t);
	await t.rejects(database.queue.executeSql("create table jobs.mine (id int)"));
	await t.rejects(database.queue.executeSql("drop table jobs.job"));
	await t.resolves(database.write(serverCaller, (tx) => tx.query({ text: "select 1 from jobs.job", values: [] })));
});

t.test("a start that the database disturbs leaves no kind of work without hands", async (t) => {
	const { database, outcomes } = await server(t);
	let left = 12;
	const connection: typeof database.queue = Object.create(database.queue);
	connection.executeSql = (text, values) => {
		// Every other statement meets a session that somebody has ended.
		if (left > 0 && left-- % 2 === 0) return Promise.reject(new Error("terminating connection"));
		return database.queue.executeSql(text, values);
	};
	const log = { debug: () => undefined, warn: () => undefined, error: () => undefined };
	const observe = (outcome: JobOutcome) => void outcomes.push(outcome);
	const queue = openQueue({ connection, log, observe, lookEverySeconds: 0.5 });
	t.teardown(() => queue.stop(5));
	const done: string[] = [];
	const kinds = ["disturbed-1", "disturbed-2"].map((name): JobKind<object> => ({ name }));
	await queue.start(kinds.map((kind) => task(kind, async () => void done.push(kind.name))));
	t.equal(left, 0, "it was disturbed");
	for (const kind of kinds) await queue.add(kind, [{ data: {} }]);
	await until(() => done.length === 2);
	t.strictSame(done.sort(), ["disturbed-1", "disturbed-2"]);
});

t.test("a start that never succeeds ends when it is told to stop", async (t) => {
	const { database } = await server(t);
	const connection: typeof database.queue = Object.create(database.queue);
	connection.executeSql = () => Promise.reject(new Error("terminating connection"));
	const log = { debug: () => undefined, warn: () => undefined, error: () => undefined };
	const queue = openQueue({ connection, log, lookEverySeconds: 0.5 });
	const started = queue.start([]);
	await sleep(50);
	await queue.stop(1);
	await started;
	t.pass("it ended");
});
