import t from "tap";
import { serveStandIn } from "../../../src/devices/sandbox/serve.ts";
import { type StandInReply, sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import { diceOf, type StravaActivity } from "../../../src/devices/sandbox/strava-activities.ts";
import type { Errand } from "../../../src/devices/vendor.ts";
import { receiveEvent } from "../../../src/devices/webhook.ts";
import { connected, deviceParts, peopledDatabase, pulled } from "../../support/devices.ts";
import { stravaActivity } from "../../support/strava-activity.ts";

// A vendor that is not what it says: whatever it sends, pulls end, say why, and others are not kept waiting.

const { database, people, rows } = await peopledDatabase(t);
const start = Date.parse("2026-03-20T12:00:00Z");
const [hour, day] = [3_600_000, 86_400_000];
const athlete = 1_000_001;

/** An answer that may be changed. */
interface Spoilt {
	readonly status: number;
	readonly headers: Record<string, string>;
	body?: unknown;
}

/** A Strava whose answers are passed through `spoil`. */
async function world(spoil: (request: { url: string }, answer: Spoilt) => StandInReply | undefined = () => undefined) {
	const clock = sandboxClock(() => start);
	const strava = stravaSandbox({
		...{ clientId: "app", clientSecret: "app-secret", clock, generated: false, limits: [10_000, 100_000] },
	});
	const served = await serveStandIn(async (request) => {
		const answer = await strava.standIn(request);
		const spoilt = { ...answer, headers: { ...answer.headers } };
		return spoil(request, spoilt) ?? spoilt;
	});
	t.teardown(served.close);
	const parts = deviceParts(database, clock, { strava: served.base });
	await rows("truncate devices.budget, devices.record, devices.cursor, devices.handshake, devices.event cascade");
	await rows(
		"delete from exercise_logs; delete from alerts; delete from device_sync_logs; delete from device_connections",
	);
	return { clock, strava, parts };
}

const activity = (id: number, more: Partial<StravaActivity> = {}): StravaActivity =>
	stravaActivity(id, start - day - id * hour, more);
const lists = "/athlete/activities";

t.test("a list without an end", async (t) => {
	let pages = 0;
	const { strava, parts } = await world(({ url }, answer) => {
		if (!url.includes(lists)) return undefined;
		pages++;
		answer.body = [activity(1), activity(2)];
		return undefined;
	});
	for (const id of [1, 2]) strava.activitiesOf(athlete).set(id, activity(id));
	const id = await connected(parts, "strava", people.patient);
	t.match(await pulled(parts, id), { status: "failed", recordsSynced: 2, errorMessage: /begins again and again/ });
	t.ok(pages <= 5, `${pages} pages`);
	t.equal((await rows("select 1 from exercise_logs")).length, 2, "what came is here, once");
});

t.test("details that are another's, or no body's: asked for once, and the list's word is kept", async (t) => {
	const { strava, parts } = await world(({ url }, answer) => {
		const [, id] = /activities\/(\d+)/.exec(url) ?? [];
		if (id === "7") answer.body = { ...activity(7), calories: 900_000 };
		if (id === "8") answer.body = activity(9999);
	});
	for (let n = 1; n <= 40; n++) strava.activitiesOf(athlete).set(n, activity(n));
	const id = await connected(parts, "strava", people.patient);
	t.match(await pulled(parts, id), { status: "success", errorMessage: /left out: exercise: calories not plausible/ });
	t.equal(strava.counts.get("/api/v…/activities/…"), 40);
	t.match(await rows("select count(*)::int as n from devices.record where not detailed"), [{ n: 0 }]);
});

t.test(
	"an activity no one can read, between others: they come, it is named, and nothing is taken for gone",
	async (t) => {
		let broken = false;
		const { strava, parts } = await world(({ url }, answer) => {
			if (!broken || !url.includes("athlete/activities") || !Array.isArray(answer.body) || answer.body.length < 2)
				return undefined;
			// One without a start, which may be any.
			const [first, ...others] = answer.body as Record<string, unknown>[];
			return { status: 200, body: [{ ...first, start_date: undefined }, ...others] };
		});
		for (const n of [1, 2, 3]) strava.activitiesOf(athlete).set(n, activity(n));
		const id = await connected(parts, "strava", people.patient);
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 3 });
		broken = true;
		strava.activitiesOf(athlete).set(4, activity(4));
		const outcome = await pulled(parts, id);
		t.match(outcome, { status: "success", errorMessage: "left out: an activity without id or start_date" });
		t.equal((await rows("select 1 from exercise_logs where version >= 1")).length >= 3, true);
		broken = false;
		t.match(await pulled(parts, id), { status: "success", errorMessage: null });
		t.equal((await rows("select 1 from exercise_logs")).length, 4);
	},
);

t.test(
	"an activity whose details are trouble for ever: the others have theirs, and no success is claimed",
	async (t) => {
		let asked = 0;
		const { strava, parts } = await world(({ url }) => {
			if (!/activities\/1\b/.test(url)) return undefined;
			asked++;
			return { status: 500, body: "" };
		});
		for (let n = 1; n <= 40; n++) strava.activitiesOf(athlete).set(n, activity(n));
		const id = await connected(parts, "strava", people.patient);
		t.match(await pulled(parts, id), { status: "failed", errorMessage: /status 500/ });
		t.equal((await rows("select 1 from exercise_logs")).length, 40);
		t.equal((await rows("select 1 from exercise_logs where calories is not null")).length, 39);
		t.ok(asked <= 3, `asked ${asked} times`);
	},
);

t.test("texts no database takes, ids no index takes", async (t) => {
	const long = "9".repeat(3000);
	const { strava, parts } = await world(({ url }, answer) => {
		if (url.includes(lists) && url.includes("page=1&")) (answer.body as object[]).push({ ...activity(3), id: long });
	});
	strava.activitiesOf(athlete).set(1, activity(1, { name: "nul\u0000 and half a \ud83d" }));
	strava.activitiesOf(athlete).set(2, activity(2, { name: "x".repeat(1_000_000) }));
	const id = await connected(parts, "strava", people.patient);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 2, errorMessage: /an id that is too long/ });
	const [short, cut] = await rows("select notes from exercise_logs order by length(notes)");
	t.equal(short.notes, "Run: nul and half a \ufffd");
	t.equal(cut.notes.length, 1000);
});

t.test("limits of another world, and a wait of years", async (t) => {
	let refuses = false;
	const { strava, parts, clock } = await world((_, answer) => {
		const { headers } = answer;
		if (headers["X-Ratelimit-Limit"] === undefined) return;
		headers["X-Ratelimit-Limit"] = "99999999999999,99999999999999";
		headers["X-Ratelimit-Usage"] = "1,88888888888888";
		if (refuses) return { status: 429, headers: { "retry-after": "99999999999" }, body: "" };
		return;
	});
	strava.activitiesOf(athlete).set(1, activity(1));
	const id = await connected(parts, "strava", people.patient);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 1 });
	refuses = true;
	const { nextAt } = await pulled(parts, id);
	t.ok(nextAt !== null && nextAt <= clock.now() + 26 * hour, "a day at most");
	refuses = false;
	clock.advance(26 * hour);
	t.match(await pulled(parts, id), { status: "success" });
});

t.test("tokens that end in no year there is: they are kept, and used", async (t) => {
	const { strava, parts } = await world(({ url }, answer) => {
		if (url.startsWith("/oauth/token")) answer.body = { ...(answer.body as object), expires_at: 1e300 };
	});
	strava.activitiesOf(athlete).set(1, activity(1));
	const id = await connected(parts, "strava", people.patient);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 1 });
});

t.test("events in any order, twice, late, of what is gone: in the end here is what is there", async (t) => {
	for (const seed of [1, 2, 3, 4]) {
		const { strava, parts, clock } = await world();
		const dice = diceOf(seed);
		const id = await connected(parts, "strava", people.patient);
		await pulled(parts, id);
		const mine = strava.activitiesOf(athlete);
		const sent: { body: string; signature: string }[] = [];
		for (let n = 1; n <= 30; n++) {
			const object_id = 1 + Math.floor(dice() * 12);
			const aspect_type = !mine.has(object_id) ? "create" : dice() < 0.3 ? "delete" : "update";
			if (aspect_type === "delete") mine.delete(object_id);
			else mine.set(object_id, activity(object_id, { moving_time: 600 + n, calories: 100 + n }));
			const { body, headers } = strava.event({ object_id, owner_id: athlete, aspect_type, event_time: n });
			sent.push({ body, signature: headers["x-strava-signature"] ?? "" });
		}
		const shuffled = [...sent, ...sent].sort(() => dice() - 0.5);
		const errands: Errand[] = [];
		for (const event of shuffled)
			await receiveEvent(parts, "strava", event, async (_tx, _id, errand) => void errands.push(errand));
		t.ok(errands.length <= sent.length, "what comes again does nothing");
		await Promise.all(errands.map((errand) => pulled(parts, id, errand)));
		clock.advance(hour);
		const expected = [...mine.values()].map(
			({ moving_time, calories }) => `${Math.round(moving_time / 60)} ${calories}`,
		);
		const found = (await rows("select duration, calories from exercise_logs")).map(
			(row) => `${row.duration} ${row.calories}`,
		);
		t.same(found.sort(), expected.sort(), `seed ${seed}`);
		const forged = strava.event({ object_id: 1, owner_id: athlete });
		await t.rejects(
			receiveEvent(
				parts,
				"strava",
				{ body: forged.body, signature: `t=1,v1=${"0".repeat(64)}` },
				async () => undefined,
			),
			/signature does not fit/,
		);
	}
});
