import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import type { Exercise } from "../../../../src/devices/measures.ts";
import { rowOf } from "../../../../src/devices/rows-of-measures.ts";
import type { Upstream } from "../../../../src/devices/vendor.ts";
import { strava } from "../../../../src/devices/vendors/strava.ts";

const context = { vendorUserId: "1", timeZone: "America/New_York" };
const [feed] = strava.feeds;
if (feed?.detail === undefined) throw new Error("Strava has one feed with a detail");
const { detail } = feed;
const list = (body: unknown) => feed.read({ status: 200, body }, feed.first({ from: 0, to: 1000 }, context), context);
const exercise = (record: Upstream | undefined) => record?.measures[0] as Exercise;

const summary = {
	id: 16099999999,
	name: "Evening run",
	sport_type: "Run",
	distance: 8046.72,
	moving_time: 2400,
	elapsed_time: 2700,
	start_date: "2025-03-09T07:30:00Z",
	start_date_local: "2025-03-09T03:30:00Z",
	timezone: "(GMT-05:00) America/New_York",
	utc_offset: -14400,
	average_heartrate: 149.6,
	max_heartrate: 174,
};

t.test("a summary: UTC start, moving time, elapsed end, no calories", async (t) => {
	const measure = exercise(list([summary]).records[0]);
	t.match(measure, {
		externalId: "16099999999",
		at: "2025-03-09T07:30:00.000Z",
		endedAt: "2025-03-09T08:15:00.000Z",
		durationSeconds: 2400,
		distanceMetres: 8046.72,
		activity: "run",
		note: "Run: Evening run",
	});
	t.notOk("energyKilocalories" in measure);
	t.strictSame(rowOf(measure), {
		entity: (rowOf(measure) as { entity: unknown }).entity,
		values: {
			completedAt: "2025-03-09T08:15:00.000Z",
			duration: 40,
			distance: 5,
			calories: null,
			avgHeartRate: 150,
			maxHeartRate: 174,
			notes: "Run: Evening run",
		},
	});
});

t.test("the detail has calories; work is a flagged stand-in for them", async (t) => {
	const read = (body: object) => exercise(detail.read({ status: 200, body }, context));
	t.equal(read({ ...summary, calories: 612.4 }).energyKilocalories, 612.4);
	const ride = read({ ...summary, sport_type: "Ride", kilojoules: 500 });
	t.equal(ride.energyKilocalories, 500);
	t.match(ride.note, /estimated from mechanical work/);
});

t.test("pages follow until an empty one; bounds are whole seconds, wider than the window", async (t) => {
	const first = feed.first({ from: 1_700_000_000_500, to: 1_700_000_900_500 }, context);
	t.same(first.query, { after: "1699999999", before: "1700000902", page: "1", per_page: "200" });
	const page = feed.read({ status: 200, body: [summary] }, first, context);
	t.equal(page.next?.query?.page, "2");
	t.equal(feed.read({ status: 200, body: [] }, page.next ?? first, context).next, undefined);
});

t.test("what is no list of activities is refused, not read as empty", async (t) => {
	for (const body of [
		undefined,
		null,
		{},
		"[]",
		[1],
		[{ id: 1 }],
		[{ start_date: "2025-01-01T00:00:00Z" }],
		[{ id: 1, start_date: "soon" }],
	]) {
		t.throws(() => list(body), /cannot be read/, JSON.stringify(body) ?? "nothing");
	}
});

t.test("an activity that cannot be read does not keep the others away, and is named", async (t) => {
	const { records, next } = feed.read(
		{ status: 200, body: [{ id: 1 }, summary, 7, { ...summary, id: 5, elapsed_time: 1e300 }] },
		feed.first({ from: 0, to: 1 }, context),
		context,
	);
	t.same(
		records.map(({ measures, unread }) => unread ?? measures.length),
		["an activity without id or start_date", 1, "an activity is not an object", "a time in no year there is"],
	);
	t.ok(next);
});

t.test("limits are read in any casing, and emptiness is tolerated", async (t) => {
	const now = Date.parse("2025-10-01T10:07:00Z");
	const headers = (given: Record<string, string>) => {
		const all = new Headers(given);
		return strava.limits.read((name) => all.get(name), now);
	};
	t.same(
		headers({
			"X-Ratelimit-Limit": "200,2000",
			"X-Ratelimit-Usage": "79,222",
			"X-ReadRateLimit-Limit": "100,1000",
			"X-ReadRateLimit-Usage": ",",
		}),
		[
			{ name: "15min", limit: 200, used: 79, endsAt: Date.parse("2025-10-01T10:15:00Z") },
			{ name: "day", limit: 2000, used: 222, endsAt: Date.parse("2025-10-02T00:00:00Z") },
		],
	);
	t.same(headers({}), []);
});

t.test("signatures: right, altered, old", async (t) => {
	const hooks = strava.webhooks;
	const now = 1_760_000_000_000;
	const body = '{"object_type":"activity"}';
	const sign = (seconds: number, text = body) =>
		`t=${seconds},v1=${createHmac("sha256", "secret").update(`${seconds}.${text}`).digest("hex")}`;
	t.equal(hooks?.verify(sign(now / 1000), body, "secret", now), true);
	t.equal(hooks?.verify(sign(now / 1000), `${body} `, "secret", now), false);
	t.equal(hooks?.verify(sign(now / 1000), body, "other", now), false);
	t.equal(hooks?.verify(sign(now / 1000 - 301), body, "secret", now), false, "replayed later");
	for (const bad of ["", "t=1", `t=${now / 1000},v1=`, "v1=00"])
		t.equal(hooks?.verify(bad, body, "secret", now), false, bad);
});

t.test("events", async (t) => {
	const events = (given: object) => strava.webhooks?.events({ owner_id: 7, object_id: 9, ...given });
	t.same(events({ object_type: "activity", aspect_type: "create" }), [
		{ vendorUserId: "7", errand: { do: "fetch", feed: "activities", externalId: "9" } },
	]);
	t.same(events({ object_type: "activity", aspect_type: "delete" }), [
		{ vendorUserId: "7", errand: { do: "fetch", feed: "activities", externalId: "9" } },
	]);
	t.same(events({ object_type: "athlete", aspect_type: "update", updates: { authorized: "false" } }), [
		{ vendorUserId: "7", errand: { do: "pull" } },
	]);
	t.same(events({ object_type: "athlete", aspect_type: "update", updates: {} }), []);
	t.throws(() => strava.webhooks?.events({ object_type: "activity" }));
});

t.test("scopes", async (t) => {
	const missing = strava.oauth?.missingScope;
	t.equal(missing?.("read,activity:read_all"), undefined);
	t.equal(missing?.("read activity:read"), undefined);
	t.match(missing?.("read"), /box for activities/);
});

const recorded = new URL("../../../../../shared/data/wearables/strava/", import.meta.url);
t.test(
	"recorded activities (stravalib)",
	{ skip: existsSync(recorded) ? false : "needs ../shared/data" },
	async (t) => {
		const read = (name: string) =>
			exercise(detail.read({ status: 200, body: JSON.parse(readFileSync(new URL(name, recorded), "utf8")) }, context));
		t.match(read("stravalib-activity.3.json"), {
			externalId: "99895560",
			energyKilocalories: 537.9,
			distanceMetres: 5781.1,
		});
		t.match(read("stravalib-activity-manual.3.json"), {
			activity: "walk",
			note: /entered by hand/,
			durationSeconds: 38_700,
		});
	},
);
