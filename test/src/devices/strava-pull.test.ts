import t from "tap";
import { serverCaller } from "../../../src/access/caller.ts";
import { beginConnect, disconnect, endConnect } from "../../../src/devices/connect.ts";
import { replay } from "../../../src/devices/replay.ts";
import { serveStandIn } from "../../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import { diceOf } from "../../../src/devices/sandbox/strava-activities.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { connectionById } from "../../../src/store/devices/connections.ts";
import { connected, consented, deviceParts, peopledDatabase, pulled } from "../../support/devices.ts";
import { stravaActivity } from "../../support/strava-activity.ts";

const { place, database, people, rows } = await peopledDatabase(t);

const start = Date.parse("2026-03-20T12:00:00Z");
const day = 86_400_000;

async function world(options: { limits?: readonly [number, number]; pageOf?: number } = {}) {
	const clock = sandboxClock(() => start);
	const strava = stravaSandbox({
		clientId: "app",
		clientSecret: "app-secret",
		clock,
		generated: false,
		limits: options.limits ?? [10_000, 100_000],
	});
	const served = await serveStandIn(strava.standIn);
	t.teardown(served.close);
	const parts = deviceParts(database, clock, { strava: served.base });
	await rows("truncate devices.budget, devices.record, devices.cursor, devices.handshake cascade");
	await rows(
		"delete from exercise_logs; delete from alerts; delete from device_sync_logs; delete from device_connections",
	);
	return { clock, strava, parts, base: served.base };
}

const athlete = 1_000_001;
const logs = () => rows("select * from exercise_logs order by completed_at");

t.test("connect, pull, change, delete: each workout once, with history", async (t) => {
	const { strava, parts, clock } = await world();
	const mine = strava.activitiesOf(athlete);
	mine.set(16e9 + 1, stravaActivity(16e9 + 1, start - day));
	mine.set(
		16e9 + 2,
		stravaActivity(16e9 + 2, start - 2 * day, { sport_type: "Ride", average_heartrate: 120.4, max_heartrate: 150 }),
	);
	const id = await connected(parts, "strava", people.patient);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 2, errorMessage: null });
	t.match(await logs(), [
		{ duration: 30, calories: 300, avg_heart_rate: 120, completed_at: new Date(start - 2 * day + 2_000_000) },
		{ duration: 30, distance: 3.1069, calories: 300, notes: "Run: Workout 16000000001" },
	]);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 0 }, "nothing new");
	t.equal(strava.counts.get("/api/v…/activities/…"), 2, "details are asked for once");

	const [first] = await logs();
	await rows(`update exercise_logs set notes = 'felt good', intensity = 'hard' where id = ${first.id}`);
	mine.set(
		16e9 + 2,
		stravaActivity(16e9 + 2, start - 2 * day, {
			sport_type: "Ride",
			name: "Renamed",
			distance: 16_093.44,
			calories: 410,
		}),
	);
	mine.delete(16e9 + 1);
	clock.advance(3_600_000);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 2 });
	t.match(await logs(), [
		{ id: first.id, distance: 10, calories: 410, avg_heart_rate: null, notes: "felt good", intensity: "hard" },
	]);
	t.equal((await logs()).length, 1);
	const history = await rows(
		"select op from fhir.row_history where table_name = 'exercise_logs' order by row_id, version",
	);
	t.ok(
		history.some(({ op }) => op === "D"),
		"the deleted one has its history",
	);

	await rows(`delete from exercise_logs where id = ${first.id}`);
	mine.set(16e9 + 2, stravaActivity(16e9 + 2, start - 2 * day, { name: "Renamed again" }));
	clock.advance(3_600_000);
	await pulled(parts, id);
	t.same(await logs(), [], "what a person deleted stays deleted");
});

t.test("tokens are sealed in their row, rotate, and are refreshed once by two servers at once", async (t) => {
	const { strava, parts, clock } = await world();
	const id = await connected(parts, "strava", people.patient);
	const [row] = await rows("select access_token, refresh_token from device_connections");
	t.match(row.access_token, /^s1\./);
	t.notMatch(JSON.stringify(row), /sandbox-/);
	clock.advance(5.9 * 3_600_000);
	strava.activitiesOf(athlete).set(16e9 + 5, stravaActivity(16e9 + 5, clock.now() - day));
	strava.counts.clear();
	const other = deviceParts(await openDatabase({ url: place.serverUrl }), clock, {
		strava: parts.vendors.strava.baseUrl ?? "",
	});
	t.teardown(() => other.database.close());
	const outcomes = await Promise.all([pulled(parts, id), pulled(other, id), pulled(parts, id)]);
	t.same(
		outcomes.map(({ status }) => status),
		["success", "success", "success"],
	);
	t.equal(strava.counts.get("/oauth/token"), 1, "one refresh");
	t.equal((await logs()).length, 1);
	await rows(
		`update device_connections set access_token = (select refresh_token from device_connections where id = ${id})`,
	);
	t.rejects(
		pulled(parts, id),
		{ message: "A stored secret cannot be read" },
		"a ciphertext moved to another column is useless",
	);
});

t.test("access taken away: told once, stopped, and connected again", async (t) => {
	const { strava, parts, clock } = await world();
	strava.activitiesOf(athlete).set(1, stravaActivity(1, start - day));
	const id = await connected(parts, "strava", people.patient);
	strava.revoke(athlete);
	t.match(await pulled(parts, id), { status: "failed", errorMessage: "Strava refuses the access", nextAt: null });
	t.match(await pulled(parts, id), { status: "failed" });
	t.match(await rows("select title, user_id from alerts"), [
		{ title: "Connect Strava again", user_id: people.patient },
	]);
	t.equal((await rows("select 1 from alerts")).length, 1);
	t.match(await rows("select is_active from device_connections"), [{ is_active: false }]);
	t.equal(await connected(parts, "strava", people.patient), id, "the same row");
	clock.advance(1000);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 1 });
});

t.test("page 3 of 7 fails: no success is claimed, nothing is lost or doubled", async (t) => {
	const { strava, parts, clock } = await world();
	const mine = strava.activitiesOf(athlete);
	for (let n = 0; n < 1250; n++) mine.set(n + 1, stravaActivity(n + 1, start - 3_600_000 - n * 1_800_000));
	const id = await connected(parts, "strava", people.patient);
	strava.troubleAt(3, 500);
	strava.troubleAt(4, 500);
	strava.troubleAt(5, 500);
	const failed = await pulled(parts, id);
	t.match(failed, { status: "failed", recordsSynced: 400, errorMessage: /Strava answered with status 500/ });
	t.match(await rows("select complete_until from devices.cursor"), [{ complete_until: null }]);
	t.match(await rows("select last_sync_at from device_connections"), [{ last_sync_at: null }]);
	clock.advance(600_000);
	const again = await pulled(parts, id);
	t.match(again, { status: "success" });
	t.equal((await logs()).length, 1250);
	t.match(await rows("select count(distinct external_id) as n from devices.record"), [{ n: "1250" }]);
	t.equal((await rows("select 1 from exercise_logs where calories = 300")).length, 1250, "with all details");
});

t.test(
	"what is deleted while a list is walked takes no other with it that moves to a page that was read",
	async (t) => {
		const { strava, parts } = await world();
		const mine = strava.activitiesOf(athlete);
		for (let n = 0; n < 450; n++) mine.set(n + 1, stravaActivity(n + 1, start - 3_600_000 - n * 3_600_000));
		const id = await connected(parts, "strava", people.patient);
		let lists = 0;
		const deleting = {
			...parts,
			async ask(call: Parameters<typeof parts.ask>[0]) {
				const answer = await parts.ask(call);
				if (!call.url.pathname.endsWith("/athlete/activities")) return answer;
				lists += 1;
				// After the first page was told three of it go, and after the second one of that.
				for (const gone of lists === 1 ? [1, 2, 3] : lists === 2 ? [250] : []) mine.delete(gone);
				return answer;
			},
		};
		t.match(await pulled(deleting, id), { status: "success" });
		t.match(await rows("select count(*)::int as n from devices.record where external_id::int between 200 and 206"), [
			{ n: 7 },
		]);
		t.match(await pulled(parts, id), { status: "success" });
		const here = await rows("select external_id::int as id from devices.record where state = 'shown' order by 1");
		t.same(
			here.map((row) => row.id),
			[...mine.keys()].sort((a, b) => a - b),
		);
		t.ok(lists <= 12, `${lists} lists`);
	},
);

t.test(
	"one record an event told of: asked for until the vendor answers, while the lists keep their turn",
	async (t) => {
		const { strava, parts, clock } = await world();
		const mine = strava.activitiesOf(athlete);
		mine.set(1, stravaActivity(1, start - day));
		const id = await connected(parts, "strava", people.patient);
		t.match(await pulled(parts, id), { status: "success" });
		const [before] = await rows("select next_sync_at, failures, last_error from devices.connection");
		// So old that no list of a pull tells of it.
		mine.set(2, stravaActivity(2, start - 700 * day));
		const errand = { do: "fetch", feed: "activities", externalId: "2" } as const;
		const pauses: number[] = [];
		for (let failures = 0; failures < 6; failures++) {
			for (const nth of [1, 2, 3]) strava.troubleAt(nth, 503);
			const outcome = await pulled(parts, id, { ...errand, failures });
			t.match(outcome, { status: "failed", errorMessage: /status 503/ });
			pauses.push(((outcome.errandAt ?? 0) - clock.now()) / 60_000);
		}
		t.same(pauses, [1, 2, 4, 8, 16, 32]);
		t.match(await rows("select next_sync_at, failures, last_error from devices.connection"), [before]);
		t.equal((await pulled(parts, id, { ...errand, failures: 24 })).errandAt, undefined);
		t.match(await pulled(parts, id, errand), { status: "success", errandAt: undefined });
		t.equal((await logs()).length, 2);
		t.match(await rows("select next_sync_at, failures from devices.connection"), [
			{ next_sync_at: before?.next_sync_at },
		]);

		await rows(
			`update devices.connection set lease_holder = gen_random_uuid(), lease_until = now() + interval '1 hour'`,
		);
		const busy = await pulled({ ...parts, sleep: async () => undefined }, id, errand);
		t.match(busy, { status: "failed", errorMessage: /Another sync/, errandAt: clock.now() + 60_000 });
		await rows("update devices.connection set lease_holder = null, lease_until = null");
		strava.troubles.push(429);
		const limited = await pulled(parts, id, errand);
		t.match(limited, { status: "failed", errandAt: start + 900_000 }, "when the window ends, not before");
		clock.advance(906_000);
		strava.revoke(athlete);
		t.match(await pulled(parts, id, errand), { status: "failed", errandAt: undefined }, "only the person can help");
		t.match(await rows("select state from devices.connection"), [{ state: "reconnect" }]);
	},
);

t.test("a cut connection, and an answer that is no JSON", async (t) => {
	const { strava, parts } = await world();
	strava.activitiesOf(athlete).set(1, stravaActivity(1, start - day));
	const id = await connected(parts, "strava", people.patient);
	strava.troubleAt(1, "cut");
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 1 }, "tried again");
	for (const nth of [1, 2, 3]) strava.troubleAt(nth, "cut");
	t.match(await pulled(parts, id), { status: "failed", errorMessage: /cut or refused/ });
});

t.test("a small rate limit: waits for the real window, goes on where it was, ends complete", async (t) => {
	const { strava, parts, clock } = await world({ limits: [20, 1000] });
	const mine = strava.activitiesOf(athlete);
	for (let n = 0; n < 60; n++) mine.set(n + 1, stravaActivity(n + 1, start - 3_600_000 - n * 36_000_000));
	const id = await connected(parts, "strava", people.patient);
	let outcome = await pulled(parts, id);
	t.match(outcome, { status: "failed", errorMessage: /no more requests until|others have their turn/ });
	let rounds = 0;
	for (; outcome.status === "failed" && rounds < 20; rounds++) {
		t.ok((outcome.nextAt ?? 0) > clock.now());
		clock.advance((outcome.nextAt ?? 0) - clock.now() + 1000);
		outcome = await pulled(parts, id);
	}
	t.equal(outcome.status, "success");
	t.ok(rounds <= 6, `${rounds} windows`);
	t.equal((await rows("select 1 from exercise_logs where calories = 300")).length, 60);
	t.equal(strava.counts.get("429") ?? 0, 0);
});

t.test("times in the future are left out and never move the cursor", async (t) => {
	const { strava, parts, clock } = await world();
	const mine = strava.activitiesOf(athlete);
	mine.set(1, stravaActivity(1, start - day));
	mine.set(2, stravaActivity(2, start - day, { elapsed_time: 80 * 365 * 86_400 }));
	const id = await connected(parts, "strava", people.patient);
	t.match(await pulled(parts, id), {
		status: "success",
		recordsSynced: 1,
		errorMessage: "left out: exercise: a time in the future",
	});
	t.match(await rows("select complete_until from devices.cursor"), [{ complete_until: new Date(start) }]);
	clock.advance(day);
	mine.set(3, stravaActivity(3, start + 1000));
	t.match(await pulled(parts, id), { recordsSynced: 1 });
});

t.test("connecting: state works once, for whom it was made; scopes are checked; denial is said", async (t) => {
	const { parts } = await world();
	const url = await beginConnect(parts, "strava", people.patient);
	const back = await consented(url);
	t.equal((await endConnect(parts, "strava", back)).userId, people.patient);
	await t.rejects(endConnect(parts, "strava", back), /was used already/);
	await t.rejects(endConnect(parts, "strava", new URL("http://x.invalid/?code=1&state=forged")), /not begun here/);
	const denied = await consented(await beginConnect(parts, "strava", people.patient), { decision: "deny" });
	await t.rejects(endConnect(parts, "strava", denied), /did not give access/);
	const narrow = await consented(await beginConnect(parts, "strava", people.patient2), { scope: "read" });
	await t.rejects(endConnect(parts, "strava", narrow), /box for activities/);
	t.same(await rows(`select 1 from device_connections where user_id = ${people.patient2}`), []);
	const bound = await consented(await beginConnect(parts, "strava", people.patient, "browser-1"));
	await t.rejects(endConnect(parts, "strava", bound), /not begun here/, "another browser");
	t.ok(await endConnect(parts, "strava", bound, "browser-1"));
});

t.test("disconnecting: no tokens are left, here or there", async (t) => {
	const { strava, parts } = await world();
	const id = await connected(parts, "strava", people.patient);
	t.equal(await disconnect(parts, "strava", people.patient), 1);
	t.equal(strava.counts.get("/oauth/deauthorize"), 1);
	t.match(await rows("select access_token, refresh_token, is_active from device_connections"), [
		{ access_token: null, refresh_token: null, is_active: false },
	]);
	t.match(await pulled(parts, id), { status: "failed" });
	const row = await database.read(serverCaller, (tx) => connectionById(tx, id));
	t.match(row, { state: "disconnected", secrets: null });
	t.equal(await disconnect(parts, "strava", people.patient), 0);
});

t.test("kept payloads are sealed, and read again they mend what was misread", async (t) => {
	const { strava, parts } = await world();
	strava.activitiesOf(athlete).set(1, stravaActivity(1, start - day));
	const id = await connected(parts, "strava", people.patient);
	await pulled(parts, id);
	t.match(await rows("select sealed from devices.payload"), [{ sealed: /^s1\./ }]);
	t.match(await replay(parts, id), { payloads: 1, changed: 0 }, "rightly read");
	// As if the distance had been misread.
	await rows("update exercise_logs set distance = 99");
	await rows(`update devices.record set measure = replace(measure, '"distanceMetres":5000', '"distanceMetres":1')`);
	t.match(await replay(parts, id), { payloads: 1, changed: 1 });
	t.match(await logs(), [{ distance: 3.1069, calories: 300 }]);
});

t.test("whatever happens between the vendor and here, every workout ends up here exactly once", async (t) => {
	for (const seed of [1, 2, 3]) {
		const { strava, parts, clock } = await world();
		const dice = diceOf(seed);
		const mine = strava.activitiesOf(athlete);
		const id = await connected(parts, "strava", people.patient);
		let next = 1;
		for (let round = 0; round < 12; round++) {
			clock.advance(3_600_000 * (1 + Math.floor(dice() * 8)));
			for (let n = Math.floor(dice() * 6); n > 0; n--, next++)
				mine.set(next, stravaActivity(next, clock.now() - Math.floor(dice() * 4 * day) - 3_600_000));
			for (const one of [...mine.values()]) {
				if (dice() < 0.1) mine.delete(one.id);
				else if (dice() < 0.2)
					mine.set(one.id, {
						...one,
						moving_time: 600 + Math.floor(dice() * 3600),
						calories: Math.floor(dice() * 500) + 1,
					});
			}
			for (let nth = 1; nth <= 12; nth++) if (dice() < 0.25) strava.troubleAt(nth, dice() < 0.5 ? 503 : "cut");
			await Promise.all([pulled(parts, id), ...(dice() < 0.5 ? [pulled(parts, id)] : [])]);
			strava.troubles.length = 0;
		}
		clock.advance(3_600_000);
		t.match(await pulled(parts, id), { status: "success" });
		const expected = [...mine.values()].map(
			(one) =>
				`${new Date(Date.parse(one.start_date) + one.elapsed_time * 1000).toISOString()} ${Math.round(one.moving_time / 60)} ${one.calories}`,
		);
		const found = (await logs()).map((row) => `${row.completed_at.toISOString()} ${row.duration} ${row.calories}`);
		t.same(found.sort(), expected.sort(), `seed ${seed}`);
	}
});
