import type pg from "pg";
import t, { type Test } from "tap";
import { columnReader } from "../../../src/store/column-reader.ts";
import { DataRowClient } from "../../../src/store/data-row.ts";
import { fetchingOn } from "../../../src/store/fetch.ts";
import { typeParsers } from "../../../src/store/postgres-types.ts";
import { createTestDatabase } from "../../support/postgres.ts";

// Statements described once per connection: the same rows as `pg` gives, each time, whatever else travels with them.

const scratch = await createTestDatabase();
t.teardown(() => scratch.drop());

async function connected(test: Test) {
	const client = new DataRowClient({
		connectionString: scratch.ownerUrl,
		types: typeParsers(),
		pipeline: true,
	} as pg.ClientConfig);
	await client.connect();
	test.teardown(() => client.end());
	const fetching = fetchingOn(client);
	let described = 0;
	const { connection } = client as unknown as { connection: { describe(what: unknown): void } };
	const describe = connection.describe.bind(connection);
	connection.describe = (what) => {
		described++;
		describe(what);
	};
	const fetch = (text: string, values: unknown[] = [], name?: string) =>
		new Promise<unknown[]>((resolve, reject) => {
			const query = name === undefined ? { text, values } : { name, text, values };
			fetching(query, (error, rows) => (error === null ? resolve(rows) : reject(error)));
		});
	return { client, fetch, described: () => described };
}

const all = `select $1::int as "n", $2::text as "text", null::text as "none", timestamptz '2026-01-02 03:04:05.5Z' at, array[1, 2] list,
	'{"a": 1.00}'::jsonb body, 12::int8 big, true yes, '\\x01'::bytea bytes`;

t.test("rows are what pg makes of them", async (t) => {
	const { client, fetch, described } = await connected(t);
	const expected = (await client.query({ text: all, values: [1, "ü"] })).rows;
	const before = described();
	t.strictSame(await fetch(all, [1, "ü"]), expected, "without a name");
	t.strictSame(await fetch(all, [1, "ü"], "all"), expected, "prepared");
	t.strictSame(await fetch(all, [1, "ü"], "all"), expected, "again");
	t.equal(described() - before, 2, "and not described again");
});

t.test("statements that travel together get each their own rows", async (t) => {
	const { fetch } = await connected(t);
	const asked = Array.from({ length: 60 }, async (_, n) => {
		if (n % 3 === 0) return [{ n }, ...(await fetch("select $1::int as n", [n], "number"))];
		if (n % 3 === 1) return [{ twice: `${n}${n}` }, ...(await fetch("select $1::text || $1 as twice", [n], "text"))];
		return [{ none: n }, { none: n }, ...(await fetch("select 1 where false", [], "nothing")), { none: n }];
	});
	for (const [expected, ...rows] of await Promise.all(asked)) t.strictSame(rows[0], expected);
});

t.test("what writes and gives no rows", async (t) => {
	const { client, fetch, described } = await connected(t);
	await client.query("create temp table kept (n int)");
	for (const n of [1, 2, 3]) t.strictSame(await fetch("insert into kept values ($1)", [n], "keep"), []);
	t.equal(described(), 1);
	t.strictSame(await fetch("select count(*)::int n from kept", [], "count"), [{ n: 3 }]);
});

t.test("failures fail the statement alone, first and later", async (t) => {
	const { fetch } = await connected(t);
	const divide = (n: number) => fetch("select 10 / $1::int as result", [n], "divide");
	const outcomes = await Promise.allSettled([divide(0), divide(5), divide(0), divide(2), fetch("select nonsense")]);
	t.strictSame(
		outcomes.map((one) => (one.status === "fulfilled" ? one.value : (one.reason as pg.DatabaseError).code)),
		["22012", [{ result: 2 }], "22012", [{ result: 5 }], "42703"],
	);
});

t.test("a value nobody can read fails the statement, not the connection", async (t) => {
	const { fetch } = await connected(t);
	const client = new DataRowClient({ connectionString: scratch.ownerUrl });
	await client.connect();
	t.teardown(() => client.end());
	const asking = fetchingOn(client, (oid) => {
		if (oid !== 23) return columnReader(oid);
		return () => {
			throw new Error("unreadable");
		};
	});
	const ask = (text: string) =>
		new Promise<unknown>((resolve) => asking({ text, values: [] }, (error, rows) => resolve(error?.message ?? rows)));
	t.equal(await ask("select 1 as n"), "unreadable");
	t.strictSame(await ask("select 'fine' as text"), [{ text: "fine" }]);
	t.strictSame(await fetch("select 1 as n"), [{ n: 1 }]);
});

t.test("a table that changed under a prepared statement is never read by the old description", async (t) => {
	const { client, fetch } = await connected(t);
	await client.query("create temp table changing (a int, b text)");
	await client.query("insert into changing values (1, 'x')");
	t.strictSame(await fetch("select * from changing", [], "changing"), [{ a: 1, b: "x" }]);
	await client.query("alter table changing add c int default 7");
	await t.rejects(fetch("select * from changing", [], "changing"), { code: "0A000" }, "cached plan must not change");
	t.strictSame(
		await fetch("select * from changing"),
		[{ a: 1, b: "x", c: 7 }],
		"asked without a name, as lanes do then",
	);
});
