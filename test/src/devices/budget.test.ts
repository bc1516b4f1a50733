import t from "tap";
import { serverCaller } from "../../../src/access/caller.ts";
import { budgetOf } from "../../../src/devices/budget.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { strava } from "../../../src/devices/vendors/strava.ts";
import { endLease } from "../../../src/store/devices/connections.ts";
import { deviceParts, peopledDatabase } from "../../support/devices.ts";

const { database, people, rows } = await peopledDatabase(t);
const clock = sandboxClock(() => Date.parse("2026-03-20T12:00:00Z"));
const parts = deviceParts(database, clock, {});
await rows(`insert into device_connections (id, user_id, device_type, is_active)
		select n, ${people.patient}, 'strava', true from generate_series(1, 8) n`);
await rows("insert into devices.connection (connection_id) values (1)");
const used = async (quarter: number, day: number) => {
	await rows("delete from devices.budget");
	await rows(`insert into devices.budget (vendor, name, most, used, ends_at) values
		('strava', '15min', 100, ${quarter}, '2026-03-20T12:15:00Z'), ('strava', 'day', 1000, ${day}, '2026-03-21T00:00:00Z')`);
};

t.test("a backfill leaves half of each limit to pulls, and waits for the window that keeps it away", async (t) => {
	await used(20, 100);
	t.equal((await budgetOf(parts, strava, 1, "backfill")).left(), 30);
	t.equal((await budgetOf(parts, strava, 1, "pull")).left(), 80);
	await used(50, 100);
	const quarter = await budgetOf(parts, strava, 1, "backfill");
	await t.rejects(quarter.spend(), { what: "limit", until: Date.parse("2026-03-20T12:15:05Z") } as never);
	t.equal((await budgetOf(parts, strava, 1, "pull")).left(), 50);
	await used(50, 500);
	const day = await budgetOf(parts, strava, 1, "backfill");
	await t.rejects(
		day.spend(),
		{ until: Date.parse("2026-03-21T00:00:05Z") } as never,
		"not every half minute of the day",
	);
});

t.test("a pull that comes when all is spent waits for the end, too", async (t) => {
	await used(100, 600);
	const pull = await budgetOf(parts, strava, 1, "pull");
	await t.rejects(pull.spend(), { what: "limit", until: Date.parse("2026-03-20T12:15:05Z") } as never);
});

t.test("where no limit is known a turn begins short, and goes on as far as the first answers allow", async (t) => {
	await rows("delete from devices.budget");
	const first = await budgetOf(parts, strava, 1, "pull");
	t.equal(first.left(), Number.POSITIVE_INFINITY);
	for (let n = 0; n < 9; n++) await first.spend();
	await used(9, 9);
	for (let n = 0; n < 92; n++) await first.spend();
	t.equal(first.used().requests, 101);
	await t.rejects(first.spend(), { what: "limit", until: Date.parse("2026-03-20T12:15:05Z") } as never);
	await rows("delete from devices.budget");
	const unlimited = await budgetOf(parts, strava, 1, "pull");
	for (let n = 0; n < 300; n++) await unlimited.spend();
	t.equal(unlimited.left(), Number.POSITIVE_INFINITY, "a vendor that tells of none has none");
});

t.test(
	"a window that has ended begins anew as it was; one that a refusal closed, or without any requests, is forgotten",
	async (t) => {
		const left = async () => (await budgetOf(parts, strava, 1, "pull")).left();
		await rows("delete from devices.budget");
		await rows(`insert into devices.budget (vendor, name, most, used, ends_at) values
		('strava', '15min', 100, 100, '2026-03-20T11:45:00Z'), ('strava', 'day', 1000, 100, '2026-03-21T00:00:00Z')`);
		t.equal(await left(), 100);
		await rows("update devices.budget set name = 'refused', most = 1, used = 1 where name = '15min'");
		t.equal(await left(), 900);
		await rows("update devices.budget set name = '15min', most = 0 where name = 'refused'");
		t.equal(await left(), 900);
	},
);

t.test("among those who want some, a share is what brings one to what each could have", async (t) => {
	const wanting = (due: number, turns: number) =>
		rows(`insert into devices.connection (connection_id, next_sync_at, turn_at)
			select n, timestamptz '2026-03-20T12:00:00Z' + case when n <= ${due} then interval '0' else interval '1 hour' end,
				case when n > ${due} and n <= ${due + turns} then timestamptz '2026-03-20T12:00:00Z' end from generate_series(1, 8) n
			on conflict (connection_id) do update set next_sync_at = excluded.next_sync_at, turn_at = excluded.turn_at`);
	await used(20, 100);
	const share = async (id = 1) => (await budgetOf(parts, strava, id, "pull")).left();
	await wanting(2, 2);
	t.equal(await share(), 20, "those who were given a turn want some as well as those who are due");
	await wanting(8, 0);
	t.equal(await share(), 10);
	await wanting(2, 0);
	await rows(
		"update devices.connection set spent_requests = 16, spent_until = '2026-03-20T12:15:00Z' where connection_id = 1",
	);
	t.equal(await share(), 32, "80 are left and 16 it had: 48 for each");
	t.equal(await share(2), 48);
	await rows("update devices.connection set spent_requests = 200 where connection_id = 1");
	t.equal(await share(), 10, "whoever had more than that has a turn all the same, when nobody is before them");
	t.equal(await share(2), 80, "and what they had too much is nobody's");
	await rows("update devices.connection set spent_until = '2026-03-20T12:00:00Z' where connection_id = 1");
	t.equal(await share(), 40, "what it had of an earlier window is no matter");
	await wanting(0, 1);
	await rows("update devices.connection set turn_at = '2026-03-20T10:59:59Z' where connection_id = 1");
	t.equal(await share(), 80, "a turn that never began is not waited for");
});

t.test("what was counted ahead and not made is given back with the lease", async (t) => {
	await rows("delete from devices.budget");
	await rows(`insert into devices.budget (vendor, name, most, used, ends_at) values
		('strava', '15min', 1000, 100, '2026-03-20T12:15:00Z'), ('strava', 'day', 10000, 500, '2026-03-21T00:00:00Z'),
		('polar', '15min', 1000, 100, '2026-03-20T12:15:00Z')`);
	await rows(
		"update devices.connection set spent_requests = 0, spent_until = null, turn_at = null, next_sync_at = null",
	);
	const counts = async () =>
		(await rows("select used from devices.budget order by vendor, name")).map(({ used }) => used);
	const holder = "00000000-0000-4000-8000-000000000000";
	const turn = async (requests: number) => {
		await rows(
			`update devices.connection set lease_holder = '${holder}', lease_until = now() + interval '1 minute' where connection_id = 1`,
		);
		const budget = await budgetOf(parts, strava, 1, "pull");
		for (let n = 0; n < requests; n++) await budget.spend();
		const used = { ...budget.used(), now: "2026-03-20T12:00:00Z" };
		const before = await counts();
		await database.write(serverCaller, (tx) => endLease(tx, 1, holder, used));
		return before;
	};
	t.same(await turn(2), [100, 110, 510], "counted ten at a time");
	t.same(await counts(), [100, 102, 502]);
	await turn(13);
	t.same(await counts(), [100, 115, 515]);
	t.match(await rows("select spent_requests, lease_holder from devices.connection where connection_id = 1"), [
		{ spent_requests: 15, lease_holder: null },
	]);
});
