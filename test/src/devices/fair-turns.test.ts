import t from "tap";
import { handOutDue } from "../../../src/devices/due.ts";
import type { Call } from "../../../src/devices/http-client.ts";
import { placeOf } from "../../../src/devices/parts.ts";
import { pull } from "../../../src/devices/pull.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { addAthletes } from "../../bench/devices/athletes.ts";
import { deviceParts, peopledDatabase } from "../../support/devices.ts";

// Many want more than a small limit gives: two servers hand it out in turns, so that nobody is ahead of anybody by much more than one.

const { place, database, people, rows } = await peopledDatabase(t);
const beside = await openDatabase({ url: place.serverUrl });
t.teardown(() => beside.close());
const quarter = 15 * 60_000;
/** leastShare of devices/budget.ts. */
const turn = 10;
/** What is left is shared among hands that do not know of one another what they have just begun to take: a turn, and half of one. */
const most = 1.5 * turn;
/** As the queue of a server has it. */
const pullsAtOnce = 4;

/** So many new connections with so many workouts each, all due, under a limit of requests a quarter of an hour. */
async function waiting(count: number, workouts: number, limit: number) {
	await rows(
		"delete from device_sync_logs; delete from device_connections; delete from exercise_logs; delete from devices.budget",
	);
	const clock = sandboxClock(() => Date.parse("2026-03-20T12:00:00Z"));
	const client = { clientId: "app", clientSecret: "app-secret", adoptsTokens: true, generated: false };
	const strava = stravaSandbox({ ...client, clock, limits: [limit, 1_000_000] });
	addAthletes(strava, { from: 1, count, each: workouts, days: 25 }, clock.now());
	/** Requests for each athlete since the window began, and those that were refused. */
	const got = new Map<number, number>();
	let refused = 0;
	const ask = async ({ method, url, headers = {}, body = "" }: Call) => {
		const athlete = Number(/sandbox-(\d+)-/.exec(headers.authorization ?? "")?.[1]);
		got.set(athlete, (got.get(athlete) ?? 0) + 1);
		await new Promise((done) => setTimeout(done, 2));
		const reply = await strava.standIn({ method, url: url.pathname + url.search, headers, body });
		if (reply.status === 429) refused++;
		const known = new Map(Object.entries(reply.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
		return {
			status: reply.status,
			header: (name: string) => known.get(name.toLowerCase()) ?? null,
			body: Buffer.from(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? "")),
		};
	};
	const servers = [database, beside].map((one) =>
		deviceParts(one, clock, { strava: "http://strava.example" }, { ask }),
	);
	const [{ sealer }] = servers as [(typeof servers)[0]];
	const athletes = Array.from({ length: count }, (_, at) => at + 1);
	for (const n of athletes) {
		await rows(`insert into device_connections (id, user_id, device_type, is_active, token_expiry, access_token)
			values (${n}, ${people.patient}, 'strava', true, '2026-03-21T12:00:00Z', '${sealer.seal(`sandbox-${n}-access`, placeOf(n, "access_token"))}')`);
		await rows(
			`insert into devices.connection (connection_id, vendor_user_id, state, next_sync_at) values (${n}, '${n}', 'connected', '2026-03-20T11:00:00Z')`,
		);
	}
	/** One tick on each server, and all that follows from it, as the queue does it: in no order of its own. */
	const tick = async () => {
		const queue: number[] = [];
		const add = async (_: unknown, ids: readonly number[]) => void queue.push(...ids);
		await Promise.all(servers.map((server) => handOutDue(server, add)));
		queue.sort((one, other) => ((one * 7919) % 101) - ((other * 7919) % 101));
		const work = async (server: (typeof servers)[0]) => {
			for (let id = queue.shift(); id !== undefined; id = queue.shift()) await pull(server, id, null);
		};
		await Promise.all(servers.flatMap((server) => Array.from({ length: pullsAtOnce }, () => work(server))));
	};
	return {
		clock,
		tick,
		/** Requests of the window for each who still wants some. */
		async shares() {
			const wants = await rows("select id from device_connections where last_sync_at is null order by id");
			return wants.map(({ id }) => got.get(id) ?? 0);
		},
		sum: () => [...got.values()].reduce((sum, one) => sum + one, 0),
		refused: () => refused,
		/** Until the next window. */
		next() {
			clock.advance(quarter - (clock.now() % quarter));
			got.clear();
		},
		details: async () =>
			(
				await rows(`select count(r.external_id) filter (where r.detailed)::int as got from device_connections d
					left join devices.record r on r.connection_id = d.id group by d.id order by d.id`)
			).map((row) => row.got as number),
	};
}

const spread = (shares: readonly number[]) => Math.max(...shares) - Math.min(...shares);

t.test("a limit that is enough for a turn each: all get alike at once, though none is known at first", async (t) => {
	const { tick, shares, sum, refused, details } = await waiting(12, 40, 240);
	await tick();
	const first = await shares();
	t.equal(first.length, 12);
	t.ok(spread(first) <= most, `${first}`);
	t.ok(sum() <= 240 && sum() > 120, `${sum()} of 240`);
	t.equal(refused(), 0);
	const got = await details();
	// What is left of the window comes with the next minute's turns.
	t.ok(jain(got) > 0.85, `${jain(got).toFixed(3)}: ${got}`);
});

t.test("a limit that is not: window by window nobody is far ahead, and all get everything", async (t) => {
	const { clock, tick, shares, next, details, refused } = await waiting(15, 20, 100);
	let windows = 0;
	for (; windows < 12 && (await shares()).length > 0; windows++) {
		// Every minute, as the schedule has it.
		for (let minute = 0; minute < 4; minute++) {
			await tick();
			const now = await shares();
			if (now.length > 1) t.ok(spread(now) <= most, `window ${windows}, minute ${minute}: ${now}`);
			clock.advance(61_000);
		}
		const got = await details();
		t.ok(spread(got) <= 2 * turn || windows > 1, `window ${windows}: ${got}`);
		next();
	}
	t.same(
		await details(),
		Array.from({ length: 15 }, () => 20),
	);
	t.ok(windows <= 6, `${windows} windows; with a page more for each turn 3.8 would do`);
	t.ok(refused() <= 1, `${refused()} above the limit`);
});

/** Jain's index: 1 is even, 1/n all for one. */
function jain(shares: readonly number[]): number {
	const sum = shares.reduce((total, share) => total + share, 0);
	return (sum * sum) / (shares.length * shares.reduce((total, share) => total + share * share, 0));
}
