import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import t, { type Test } from "tap";
import { type Caller, callerOf, serverCaller } from "../../../src/access/caller.ts";
import { type Database, openDatabase } from "../../../src/store/database.ts";
import { createTestDatabase } from "../../support/postgres.ts";

// Who a connection acts as, on a network so slow that answers come after somebody else was lent the connection.

const scratch = await createTestDatabase();
t.teardown(() => scratch.drop());
const therapist = callerOf({ id: 9001, role: "therapist" });
const patient = callerOf({ id: 9003, role: "patient" });

/** What the database says about who asks. */
const who = (db: Database, caller: Caller) =>
	db.read(caller, (tx) =>
		tx.query(sql<{ role: string; me: number }>`select current_user::text as role, access.me() as me`),
	);

t.test("a read that asks nothing leaves nobody's rights to the next", async (t) => {
	const db = await openDatabase({ url: await slowly(t, scratch.serverUrl), poolSize: 1 });
	t.teardown(() => db.close());
	// A refused search asks nothing, and neither does whoever only wants to know that the database is there.
	for (const wait of [0, 10, 20, 30]) {
		await db.read(therapist, () => Promise.reject(new Error("refused"))).catch(() => undefined);
		await sleep(wait);
		await db.read(serverCaller, async () => undefined);
		await sleep(45);
		t.strictSame(await who(db, therapist), [{ role: "heart_therapist", me: 9001 }]);
		t.strictSame(await who(db, patient), [{ role: "heart_person", me: 9003 }]);
	}
});

t.test("many callers at once on few connections: each is answered as themselves", async (t) => {
	const db = await openDatabase({ url: scratch.serverUrl, poolSize: 3 });
	t.teardown(() => db.close());
	const asked = Array.from({ length: 300 }, async (_, at) => {
		const caller = callerOf({ id: 1 + (at % 7), role: at % 2 ? "therapist" : "patient" });
		if (at % 5 === 0) await db.read(caller, async () => undefined);
		if (at % 11 === 0) await db.write(caller, (tx) => tx.query(sql`select 1 / 0`)).catch(() => undefined);
		const [row] = await who(db, caller);
		return row?.role === `heart_${caller.role}` && row.me === caller.userId;
	});
	t.equal((await Promise.all(asked)).filter((right) => !right).length, 0);
});

t.test("nothing of a caller survives timeouts and cancelled statements", async (t) => {
	const db = await openDatabase({ url: scratch.serverUrl, poolSize: 1, statementTimeoutMilliseconds: 60 });
	t.teardown(() => db.close());
	const slow = sql`select pg_sleep(2)`;
	await t.rejects(db.read(serverCaller, (tx) => tx.query(slow)));
	t.strictSame(await who(db, patient), [{ role: "heart_person", me: 9003 }]);
	await t.rejects(db.write(serverCaller, (tx) => tx.asSystem(() => tx.query(slow))));
	t.strictSame(await who(db, therapist), [{ role: "heart_therapist", me: 9001 }]);
	// Given up while others of the same transaction are under way.
	await t.rejects(
		db.write(therapist, (tx) =>
			Promise.all([tx.query(sql`select 1 / 0`), tx.query(slow), tx.asSystem(() => tx.query(sql`select 1`))]),
		),
	);
	t.strictSame(await who(db, patient), [{ role: "heart_person", me: 9003 }]);
	const pid = await db.read(patient, (tx) => tx.query(sql<{ pid: number }>`select pg_backend_pid() as pid`));
	await db
		.read(patient, (tx) => tx.query(sql`select pg_terminate_backend(${pid[0]?.pid}::int)`))
		.catch(() => undefined);
	t.strictSame(await who(db, therapist), [{ role: "heart_therapist", me: 9001 }], "on a new connection");
});

t.test("a database that is gone is told, and one that is there answers", async (t) => {
	const other = await createTestDatabase();
	const db = await openDatabase({ url: other.serverUrl, poolSize: 1 });
	t.teardown(() => db.close());
	await db.reach();
	await other.drop();
	await t.rejects(db.reach());
});

let links: Socket[] = [];

function hangUp(): void {
	for (const link of links) link.destroy();
	links = [];
}

/** The same database behind a network that delivers every answer 40 ms after the one before. */
async function slowly(t: Test, url: string): Promise<string> {
	const target = new URL(url);
	const port = Number(target.port);
	const network = createServer((near) => {
		const far = connect(port, target.hostname);
		links.push(near);
		let delivered = Promise.resolve();
		near.on("data", (chunk) => far.write(chunk));
		far.on("data", (chunk) => {
			delivered = delivered.then(() => sleep(40)).then(() => void near.write(chunk));
		});
		for (const [one, other] of [
			[near, far],
			[far, near],
		] as const) {
			one.on("error", () => undefined);
			one.on("close", () => other.destroy());
		}
	});
	await once(network.listen(0, "127.0.0.1"), "listening");
	t.teardown(() => {
		hangUp();
		network.close();
	});
	target.hostname = "127.0.0.1";
	target.port = String((network.address() as { port: number }).port);
	return target.href;
}
