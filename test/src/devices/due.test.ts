import t from "tap";
import { handOutDue } from "../../../src/devices/due.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { peopledDatabase } from "../../support/devices.ts";

const { place, database, people, rows } = await peopledDatabase(t);
const start = Date.parse("2026-03-20T12:00:00Z");
const clock = sandboxClock(() => start);

/** Ten connections to Strava and one to Polar, due since a minute, two minutes, … */
async function tenDue(): Promise<void> {
	await rows("delete from device_connections; delete from devices.budget");
	await rows(`insert into device_connections (id, user_id, device_type, is_active)
		select n, ${people.patient}, case when n > 10 then 'polar' else 'strava' end, true from generate_series(1, 11) n`);
	await rows(`insert into devices.connection (connection_id, next_sync_at)
		select n, timestamptz '2026-03-20T12:00:00Z' - n * interval '1 minute' from generate_series(1, 11) n`);
}

async function handedOut(over = database): Promise<number[]> {
	const given: number[] = [];
	await handOutDue({ database: over, now: clock.now }, async (_, ids) => given.push(...ids));
	return given.sort((a, b) => a - b);
}

t.test("the longest waiting first, as many as the vendor's limit has turns for; others keep their place", async (t) => {
	await tenDue();
	await rows(`insert into devices.budget (vendor, name, most, used, ends_at) values
		('strava', '15min', 100, 75, '2026-03-20T12:15:00Z'), ('strava', 'day', 1000, 100, '2026-03-21T00:00:00Z')`);
	t.same(await handedOut(), [8, 9, 10, 11], "25 requests are three turns of ten; Polar has no limit yet");
	t.same(await handedOut(), [5, 6, 7], "nothing is spent yet: they may go, too");
	await rows("update devices.budget set used = most where name = '15min'");
	t.same(await handedOut(), [], "nobody is sent to be told to wait");
	clock.advance(16 * 60_000);
	t.same(await handedOut(), [1, 2, 3, 4]);
	t.same(await handedOut(), []);
});

t.test("each once, however many servers look; who is not active, never", async (t) => {
	await tenDue();
	await rows("update device_connections set is_active = false where id = 4");
	const other = await openDatabase({ url: place.serverUrl });
	t.teardown(() => other.close());
	const given = await Promise.all([handedOut(), handedOut(other), handedOut()]);
	t.same(
		given.flat().sort((a, b) => a - b),
		[1, 2, 3, 5, 6, 7, 8, 9, 10, 11],
	);
});

t.test("who had least of the window is first, then who had least of those before", async (t) => {
	await tenDue();
	await rows(`insert into devices.budget (vendor, name, most, used, ends_at) values
		('strava', '15min', 100, 80, timestamptz '2026-03-20T12:30:00Z')`);
	const had = (ids: string, requests: number, until: string) =>
		rows(
			`update devices.connection set spent_requests = ${requests}, spent_until = '${until}' where connection_id in (${ids})`,
		);
	await had("1, 2", 10, "2026-03-20T12:15:00Z");
	await had("3, 4", 20, "2026-03-20T12:15:00Z");
	await had("5, 6", 10, "2026-03-20T12:30:00Z");
	await had("7", 5, "2026-03-20T12:30:00Z");
	const turns = async () => (await handedOut()).filter((id) => id !== 11);
	t.same(await turns(), [9, 10], "those who never had any, the longest waiting first");
	t.same(await turns(), [2, 8]);
	t.same(await turns(), [1, 4]);
	t.same(await turns(), [3, 7], "whoever had some of this window comes last");
	t.same(await turns(), [5, 6]);
});

t.test("a limit that is known from its last window gives no more turns at the beginning of the next", async (t) => {
	await tenDue();
	await rows(
		`insert into devices.budget (vendor, name, most, used, ends_at) values ('strava', '15min', 30, 30, '2026-03-20T12:00:00Z')`,
	);
	t.same(await handedOut(), [8, 9, 10, 11]);
});
