import pg from "pg";
import t from "tap";
import { serverCaller } from "../../../../src/access/caller.ts";
import {
	addRecord,
	consumeRecord,
	findRecord,
	forgetAuthorizations,
	putRecord,
} from "../../../../src/store/authorization/records.ts";
import { openDatabase, type Transaction } from "../../../../src/store/database.ts";
import { createPeople } from "../../../support/people.ts";
import { testDatabase } from "../../../support/postgres.ts";

const place = await testDatabase(t);
const database = await openDatabase({ url: place.serverUrl, poolSize: 12 });
const owner = new pg.Client({ connectionString: place.ownerUrl });
await owner.connect();
t.teardown(async () => {
	await owner.end();
	await database.close();
});
const write = <T>(work: (tx: Transaction) => Promise<T>) => database.write(serverCaller, work);
const record = (id: string, lifeSeconds = 60) => ({
	model: "Test",
	id: Buffer.from(id),
	payload: "{}",
	grantId: null,
	uid: null,
	lifeSeconds,
});
const find = (id: string) => database.read(serverCaller, (tx) => findRecord(tx, "Test", Buffer.from(id)));

t.test("what may come once: one of many additions, one of many uses", async (t) => {
	const added = await Promise.all(Array.from({ length: 20 }, () => write((tx) => addRecord(tx, record("once")))));
	t.equal(added.filter(Boolean).length, 1);
	const used = await Promise.all(
		Array.from({ length: 20 }, () => write((tx) => consumeRecord(tx, "Test", Buffer.from("once")))),
	);
	t.equal(used.filter(Boolean).length, 1);
	t.ok((await find("once"))?.consumed);
	t.equal(await write((tx) => consumeRecord(tx, "Test", Buffer.from("never"))), false);
});

t.test("what has expired is not found nor used, and may come again", async (t) => {
	await write((tx) => putRecord(tx, record("old", -1)));
	t.equal(await find("old"), undefined);
	t.equal(await write((tx) => consumeRecord(tx, "Test", Buffer.from("old"))), false);
	t.equal(await write((tx) => addRecord(tx, record("old"))), true);
});

t.test("what nobody needs is swept away, and nothing else", async (t) => {
	const people = await createPeople(database);
	await write((tx) => putRecord(tx, record("long ago", -7200)));
	await write((tx) => putRecord(tx, record("just now", -60)));
	await owner.query(
		"insert into auth.client (id, name, auth_method, redirect_uris, grant_types) values ('c', 'C', 'none', '{}', '{}')",
	);
	await owner.query(
		`insert into auth.app_grant (id, client_id, user_id, scopes, granted_at) select id, 'c', $1, 'x', now() - days * interval '1 day'
		from (values ('newest', 2), ('used', 3), ('empty', 4)) v(id, days)`,
		[people.patient],
	);
	await write((tx) => putRecord(tx, { ...record("token"), model: "AccessToken", grantId: "used" }));
	await forgetAuthorizations(database);
	const grants = (await owner.query("select id from auth.app_grant order by id")).rows.map(({ id }) => id);
	t.same(grants, ["newest", "used"]);
	const left = (await owner.query("select convert_from(id, 'UTF8') id from auth.record order by 1")).rows.map(
		({ id }) => id,
	);
	t.same(left, ["just now", "old", "once", "token"]);
});
