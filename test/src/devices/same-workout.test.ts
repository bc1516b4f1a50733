import pg from "pg";
import t from "tap";
import type { Exercise } from "../../../src/devices/measures.ts";
import { isSameWorkout } from "../../../src/devices/same-workout.ts";
import { polarSandbox } from "../../../src/devices/sandbox/polar.ts";
import { serveStandIn } from "../../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { connected, deviceParts, pulled } from "../../support/devices.ts";
import { createPeople } from "../../support/people.ts";
import { testDatabase } from "../../support/postgres.ts";
import { runAtPolar, runAtStrava } from "../../support/same-workout.ts";

t.test("the same workout shares most of its time and is of the same sort", async (t) => {
	const at = (from: string, to: string, activity: Exercise["activity"] = "run"): Exercise => ({
		kind: "exercise",
		externalId: from,
		at: `2026-03-01T${from}:00.000Z`,
		endedAt: `2026-03-01T${to}:00.000Z`,
		durationSeconds: 1,
		activity,
	});
	const one = at("10:00", "11:00");
	t.equal(isSameWorkout(one, at("10:02", "11:01")), true);
	t.equal(isSameWorkout(one, at("10:02", "11:01", "other")), true);
	t.equal(isSameWorkout(one, at("10:02", "11:01", "ride")), false);
	t.equal(isSameWorkout(one, at("10:50", "11:50")), false);
	t.equal(isSameWorkout(one, at("12:00", "13:00")), false);
});

t.test("told by two vendors it is here once; deleted at one, the other's takes its place", async (t) => {
	const place = await testDatabase(t);
	const database = await openDatabase({ url: place.serverUrl });
	t.teardown(() => database.close());
	const people = await createPeople(database);
	const owner = new pg.Client({ connectionString: place.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	const logs = async () => (await owner.query("select duration, calories, notes from exercise_logs")).rows;
	const clock = sandboxClock(() => Date.parse("2026-03-20T18:00:00Z"));
	const app = { clientId: "app", clientSecret: "app-secret", clock, generated: false };
	const [strava, polar] = [stravaSandbox(app), polarSandbox(app)];
	const [stravaAt, polarAt] = [await serveStandIn(strava.standIn), await serveStandIn(polar.standIn)];
	t.teardown(() => Promise.all([stravaAt.close(), polarAt.close()]));
	const parts = deviceParts(database, clock, { strava: stravaAt.base, polar: polarAt.base });
	strava.activitiesOf(1_000_001).set(1, { ...runAtStrava });
	polar.dataOf(475).exercises.push({ ...runAtPolar });
	const ids = [
		await connected(parts, "strava", people.patient),
		await connected(parts, "polar", people.patient),
	] as const;
	t.match(await pulled(parts, ids[0]), { recordsSynced: 1 });
	t.match(await pulled(parts, ids[1]), { status: "success", recordsSynced: 0 });
	t.match(await logs(), [{ calories: 300, notes: "Run: Lunch" }]);
	strava.activitiesOf(1_000_001).delete(1);
	t.match(await pulled(parts, ids[0]), { status: "success", recordsSynced: 1 });
	t.match(await logs(), [{ duration: 29, calories: 280, notes: "Running" }]);
	t.match(await pulled(parts, ids[1]), { status: "success", recordsSynced: 0 });
	t.equal((await logs()).length, 1);
});
