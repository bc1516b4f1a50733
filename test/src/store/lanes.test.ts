import { sql } from "kysely";
import pg from "pg";
import t, { type Test } from "tap";
import { type Caller, callerOf, serverCaller } from "../../../src/access/caller.ts";
import { plansOf } from "../../../src/store/fresh-plans.ts";
import { type LaneOptions, type Lanes, openLanes } from "../../../src/store/lanes.ts";
import { createTestDatabase } from "../../support/postgres.ts";

// Connections that many requests share: nobody waits long behind somebody else, and nobody is answered as somebody else.

const scratch = await createTestDatabase();
t.teardown(() => scratch.drop());
const patient = callerOf({ id: 9003, role: "patient" });
const nobody: Caller = { ...patient, role: "nobody" as "person" };

function lanesFor(test: Test, options: Partial<LaneOptions> = {}): Lanes {
	const settings = { connectionString: scratch.serverUrl };
	const lanes = openLanes({ settings, most: 2, repeatable: true, waitMilliseconds: 5000, ...options });
	test.teardown(() => lanes.close());
	return lanes;
}

const sleeping = sql`select pg_sleep(1)`;
const who = sql<{ role: string; pid: number }>`select current_user::text as role, pg_backend_pid() as pid`;

t.test("what waits behind a slow statement is asked elsewhere", async (t) => {
	const lanes = lanesFor(t);
	await Promise.all([lanes.query(patient, who), lanes.query(patient, who)]);
	let slept = false;
	const slow = lanes.query(patient, sleeping).then(() => (slept = true));
	const quick = await Promise.all(Array.from({ length: 20 }, () => lanes.query(patient, who)));
	t.notOk(slept, "all twenty before the slow one");
	t.equal(new Set(quick.map(([row]) => row?.pid)).size, 1, "none by the connection that sleeps");
	await slow;
});

t.test("what must not happen twice is asked once, however long it takes", async (t) => {
	const lanes = lanesFor(t, { repeatable: false });
	const add = sql`insert into audit.access_log (actor, action, target, request_id, outcome)
		select 'server', 'test', 'once', 'r', 'success' from pg_sleep(0.2)`;
	await Promise.all(Array.from({ length: 6 }, () => lanes.query(serverCaller, add)));
	const [row] = await lanes.query(
		serverCaller,
		sql<{ n: string }>`select count(*)::text as n from audit.access_log where target = 'once'`,
	);
	t.equal(row?.n, "6");
});

const breakable = "lanes to break";
const owner = new pg.Client({ connectionString: scratch.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

for (const repeatable of [true, false]) {
	t.test(`a connection that breaks ${repeatable ? "fails no read" : "fails what was under way"}`, async (t) => {
		const settings = { connectionString: scratch.serverUrl, application_name: breakable };
		const lanes = lanesFor(t, { settings, repeatable, most: 1 });
		await lanes.query(patient, who);
		const asked = Array.from({ length: 5 }, (_, n) =>
			lanes.query(
				patient,
				sql<{ n: number }>`
			select ${n}::int as n from pg_sleep(0.15)`,
			),
		);
		const ended = Promise.allSettled(asked);
		await owner.query("select pg_sleep(0.05)");
		await owner.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${breakable}'`);
		const outcomes = (await ended).map((one) => (one.status === "fulfilled" ? one.value[0]?.n : "failed"));
		t.strictSame(outcomes, repeatable ? [0, 1, 2, 3, 4] : Array(5).fill("failed"));
		t.equal((await lanes.query(patient, who)).length, 1, "and the next is asked on another");
	});
}

t.test("who cannot become who they say is not answered, and everybody else as themselves or not at all", async (t) => {
	const lanes = lanesFor(t, { most: 1 });
	const asked = Array.from({ length: 30 }, async (_, n) => {
		const caller = n % 3 === 1 ? nobody : n % 3 === 2 ? serverCaller : patient;
		const [row] = await lanes.query(caller, who).catch(() => [{ role: "refused" }]);
		return [`heart_${caller.role}`, row?.role];
	});
	for (const [wanted, was] of await Promise.all(asked)) {
		t.ok(was === wanted || was === "refused", `${wanted}: ${was}`);
		if (wanted === "heart_nobody") t.equal(was, "refused");
	}
	t.equal((await lanes.query(patient, who))[0]?.role, "heart_person");
});

t.test(
	"a statement that fails while it is prepared fails alone, though others travel behind it under its name",
	async (t) => {
		const named = sql`select count(*)::int as n from public.providers where notes = 'lanes'`;
		const before = lanesFor(t);
		for (let at = 0; at < 3; at++) await before.query(serverCaller, named);
		const settings = { connectionString: scratch.serverUrl, options: "-c statement_timeout=200" };
		const lanes = lanesFor(t, { settings, most: 1 });
		await lanes.query(serverCaller, who);
		await owner.query("begin; lock table public.providers in access exclusive mode");
		const asked = Array.from({ length: 5 }, () => lanes.query(serverCaller, named));
		const outcomes = Promise.allSettled(asked);
		await asked[0]?.catch(() => undefined);
		await owner.query("rollback");
		for (const [at, one] of (await outcomes).entries()) {
			if (one.status === "rejected") t.match(one.reason, { code: "57014" }, `${at} took too long, and nothing else`);
		}
		t.equal((await lanes.query(serverCaller, named)).length, 1);
	},
);

t.test("waiting ends", async (t) => {
	const lanes = lanesFor(t, { most: 1, waitMilliseconds: 100 });
	await lanes.query(patient, who);
	const slow = lanes.query(patient, sleeping);
	const began = performance.now();
	await t.rejects(lanes.query(patient, who), { message: "the server is busy; try again" });
	t.ok(performance.now() - began < 900, "before the slow one is done");
	t.equal((await slow).length, 1);
});

t.test("closing answers what is under way and refuses what comes then", async (t) => {
	const lanes = lanesFor(t);
	const asked = [lanes.query(patient, who), lanes.query(patient, sql`select pg_sleep(0.1)`), lanes.query(patient, who)];
	await lanes.close();
	await lanes.close();
	t.equal((await Promise.all(asked)).length, 3);
	await t.rejects(lanes.query(patient, who));
});

t.test("a failing statement fails alone", async (t) => {
	const lanes = lanesFor(t, { most: 1 });
	const asked = Array.from({ length: 9 }, (_, n) => lanes.query(patient, sql`select 1 / ${n % 3}::int as n`));
	const outcomes = await Promise.allSettled(asked);
	t.strictSame(
		outcomes.map(({ status }) => status),
		outcomes.map((_, n) => (n % 3 === 0 ? "rejected" : "fulfilled")),
	);
});

t.test("plans are made anew, ever more seldom", async (t) => {
	let time = 0;
	const plans = plansOf(() => time);
	const renewed: number[] = [];
	for (; time < 300_000; time += 500) if (plans.areOld()) renewed.push(time / 1000);
	t.strictSame(renewed, [1, 3, 7, 15, 31, 63, 123, 183, 243]);
});
