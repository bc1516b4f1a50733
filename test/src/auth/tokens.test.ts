import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import t from "tap";
import { serverCaller } from "../../../src/access/caller.ts";
import { remembered } from "../../../src/auth/remembered.ts";
import { tokens } from "../../../src/auth/tokens.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { createTestDatabase } from "../../support/postgres.ts";

t.test("what is remembered is looked up once, unless it was forgotten meanwhile or nobody would tell", async (t) => {
	let lookups = 0;
	let live = true;
	let answer = (key: string): Promise<string | undefined> => Promise.resolve(`${key}${++lookups}`);
	const memory = remembered((key) => answer(key), { isLive: () => live });
	t.same([await memory.get("a"), await memory.get("a")], ["a1", "a1"]);
	memory.forget();
	t.equal(await memory.get("a"), "a2");
	live = false;
	t.same([await memory.get("a"), await memory.get("a")], ["a3", "a4"], "not live: always looked up");
	live = true;
	memory.forget();
	const slow = Promise.withResolvers<string>();
	answer = () => slow.promise;
	const asked = memory.get("b");
	memory.forget();
	slow.resolve("old");
	t.equal(await asked, "old");
	answer = () => Promise.resolve("new");
	t.equal(await memory.get("b"), "new", "what was looked up before the change is not kept");
});

t.test("what is nobody's is not remembered", async (t) => {
	const answers = [undefined, "x"];
	const memory = remembered(() => Promise.resolve(answers.shift()), { isLive: () => true });
	t.same([await memory.get("a"), await memory.get("a")], [undefined, "x"]);
});

t.test("a sign-out, a new role or a deleted account holds on every server", async (t) => {
	const place = await createTestDatabase();
	const databases = await Promise.all([0, 1].map(() => openDatabase({ url: place.serverUrl, poolSize: 2 })));
	t.teardown(async () => {
		await Promise.all(databases.map((one) => one.close()));
		await place.drop();
	});
	const [here, there] = databases.map((one) => tokens(one));
	if (here === undefined || there === undefined) throw new Error("two servers");
	const write = (statement: ReturnType<typeof sql>) => databases[0]?.write(serverCaller, (tx) => tx.query(statement));
	await write(
		sql`insert into users (id, email, name, role) values (9001, 'a@test', 'A', 'therapist'), (9002, 'b@test', 'B', 'patient')`,
	);
	await sleep(100);
	const { token } = await here.issue({ id: 9001, password: null });
	t.match(await there.callerOf(token), { role: "therapist" });
	await write(sql`update users set role = 'patient' where id = 9001`);
	t.equal(await until(async () => (await there.callerOf(token))?.role === "person"), true, "the new role");
	await here.revoke(token);
	t.equal(await here.callerOf(token), undefined, "at once where it was ended");
	t.equal(await until(async () => (await there.callerOf(token)) === undefined), true, "and elsewhere");
	const second = await here.issue({ id: 9002, password: null });
	await there.callerOf(second.token);
	await write(sql`delete from users where id = 9002`);
	t.equal(await until(async () => (await there.callerOf(second.token)) === undefined), true, "a deleted account");
});

/** Whether something becomes true well before it would by being looked up again. */
async function until(condition: () => Promise<boolean>): Promise<boolean> {
	for (const since = Date.now(); Date.now() - since < 2000; await sleep(10)) if (await condition()) return true;
	return false;
}
