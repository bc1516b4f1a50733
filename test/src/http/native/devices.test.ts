import { createHmac } from "node:crypto";
import pg from "pg";
import t from "tap";
import { serveStandIn } from "../../../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../../src/devices/sandbox/strava.ts";
import { consented, deviceParts } from "../../../support/devices.ts";
import { startTestServer } from "../../../support/server.ts";
import { stravaActivity } from "../../../support/strava-activity.ts";

const clock = sandboxClock();
const strava = stravaSandbox({ clientId: "app", clientSecret: "app-secret", clock });
const vendor = await serveStandIn(strava.standIn);
t.teardown(vendor.close);
const { vendors, ask, sleep } = deviceParts(undefined as never, clock, { strava: vendor.base });
const owners = { ...vendors, strava: { ...vendors.strava, audience: "owner" as const } };
const server = await startTestServer(t, { devices: { vendors: owners, ask, sleep, now: clock.now } });
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");

const athlete = 1_000_001;
let deviceId = 0;

t.test("connect Strava in the browser, sync, and see it on both faces", async (t) => {
	const begun = await patient.get("/api/strava/connect");
	t.equal(begun.status, 200);
	const back = await consented(begun.body.url);
	t.equal(back.origin, server.base);
	const landed = await server.stranger.get(`${back.pathname}${back.search}`);
	t.equal(landed.status, 302, landed.text);
	t.equal(landed.headers.get("location"), "/devices?connected=strava");
	const again = await server.stranger.get(`${back.pathname}${back.search}`);
	t.equal(again.status, 422, "a state works once");
	t.match(again.text, /used already/);

	const list = await patient.get("/api/devices?deviceType=strava");
	deviceId = list.body.data[0].id;
	t.notMatch(list.text, /(access|refresh)Token|s1\.|sandbox-/, "no token leaves");
	const synced = await patient.post(`/api/devices/${deviceId}/sync?wait=true`);
	t.equal(synced.status, 200, synced.text);
	t.match(synced.body, { status: "success", errorMessage: null });
	const logs = await patient.get("/api/exercise-logs?limit=500");
	t.ok(logs.body.data.length > 5);
	const history = await patient.get(`/api/devices/${deviceId}/sync-history`);
	t.ok(history.body.data.some((log: { id: number }) => log.id === synced.body.id));
	const later = await patient.post(`/api/devices/${deviceId}/sync`);
	t.equal(later.status, 202);
	t.equal(later.body.status, "pending");
	const health = await patient.get(`/api/devices/${deviceId}/health`);
	t.match(health.body, {
		state: "connected",
		isFresh: true,
		audience: "owner",
		failures: 0,
		complete: [{ feed: "activities" }],
	});
});

t.test(
	"a sync is no new version of its connection, but lastSyncAt is shown; what a person changes is one",
	async (t) => {
		const before = await patient.get(`/api/devices/${deviceId}`);
		const versions = async () => (await patient.get(`/fhir/Device/dev-${deviceId}/_history`)).body.entry.length;
		const count = await versions();
		clock.advance(3_600_000);
		t.equal((await patient.post(`/api/devices/${deviceId}/sync?wait=true`)).body.status, "success");
		const known = { "if-none-match": before.headers.get("etag") ?? "" };
		const after = await patient.get(`/api/devices/${deviceId}`, known);
		t.equal(after.status, 200, "not 304: it shows something else");
		t.equal(after.headers.get("etag"), before.headers.get("etag"));
		t.ok(after.body.lastSyncAt > before.body.lastSyncAt);
		t.equal(after.body.updatedAt, before.body.updatedAt);
		t.equal(await versions(), count);
		const changed = await patient.patch(
			`/api/devices/${deviceId}`,
			{ deviceName: "My Strava" },
			{ "if-match": before.headers.get("etag") ?? "" },
		);
		t.equal(changed.status, 200, "a sync in between takes no edit away");
		t.equal(await versions(), count + 1);
	},
);

t.test("what is for its owner's eyes is nothing a therapist sees, on either face, nor its history", async (t) => {
	const [log] = (await patient.get("/api/exercise-logs?limit=1")).body.data;
	t.equal((await therapist.get(`/api/exercise-logs/${log.id}`)).status, 404);
	t.same((await therapist.get(`/api/exercise-logs?userId=${server.people.patient}`)).body.data, []);
	t.equal((await patient.patch(`/api/exercise-logs/${log.id}`, { notes: "mine" })).status, 200);
	t.equal((await therapist.get(`/api/exercise-logs/${log.id}`)).status, 404);
	const workouts = "Observation?code=http://loinc.org|73985-4&_count=500";
	const seen = await patient.get(`/fhir/${workouts}`);
	t.ok(seen.body.entry.length > 5);
	t.match(seen.body.entry[0].resource, {
		category: [{ coding: [{ code: "activity" }] }],
		subject: { reference: /^Patient\// },
	});
	t.equal((await therapist.get(`/fhir/${workouts}`)).body.entry?.length ?? 0, 0);
	t.equal((await therapist.get(`/fhir/Observation/ex-${log.id}`)).status, 404);
	t.equal((await therapist.get(`/fhir/Observation/ex-${log.id}/_history`)).status, 404);
	const [device] = (await patient.get("/fhir/Device")).body.entry;
	t.match(device.resource, { id: `dev-${deviceId}`, status: "active", manufacturer: "Strava" });
	t.notMatch(JSON.stringify(device), /s1\.|token/i);
	t.equal(
		(await therapist.get(`/api/devices/${deviceId}/health`)).status,
		200,
		"that there is a connection they may know",
	);
	t.equal((await therapist2.get(`/api/devices/${deviceId}/health`)).status, 404);
	t.equal((await therapist2.post(`/api/devices/${deviceId}/sync?wait=true`)).status, 404);
});

t.test("webhooks: handshake, events, forgeries, repetitions", async (t) => {
	const own = strava.activitiesOf(athlete);
	const one = stravaActivity(777, clock.now() - 7_200_000, { name: "By event" });
	own.set(777, one);
	const mine = async () =>
		(await patient.get("/api/exercise-logs?limit=500")).body.data.filter((row: { notes: string }) =>
			row.notes?.includes("By event"),
		);
	const settled = async (count: number) => {
		for (let tries = 0; tries < 100 && (await mine()).length !== count; tries++)
			await new Promise((done) => setTimeout(done, 50));
		return (await mine()).length;
	};
	const send = (event: { body: string; headers: Record<string, string> }) =>
		server.stranger.post("/api/webhooks/strava", event.body, event.headers);

	const created = strava.event({ object_id: 777, owner_id: athlete, event_time: 1 });
	t.equal(
		(
			await send({
				...created,
				headers: {
					...created.headers,
					"x-strava-signature": `t=${Math.floor(clock.now() / 1000)},v1=${"0".repeat(64)}`,
				},
			})
		).status,
		401,
	);
	t.equal((await send(created)).status, 200);
	t.equal(await settled(1), 1);
	const before = strava.counts.get("/api/v…/activities/…");
	t.equal((await send(created)).status, 200, "again: taken, and nothing done");
	const unsigned = {
		body: JSON.stringify({
			object_type: "activity",
			aspect_type: "delete",
			object_id: 777,
			owner_id: athlete,
			subscription_id: 1,
			event_time: 2,
			updates: {},
		}),
		headers: { "content-type": "application/json" },
	};
	t.equal((await send(unsigned)).status, 200);
	for (let tries = 0; tries < 100 && strava.counts.get("/api/v…/activities/…") === before; tries++)
		await new Promise((done) => setTimeout(done, 50));
	t.equal((await mine()).length, 1, "a forged delete asks, and changes nothing");
	own.delete(777);
	t.equal(
		(await send(strava.event({ aspect_type: "delete", object_id: 777, owner_id: athlete, event_time: 3 }))).status,
		200,
	);
	t.equal(await settled(0), 0, "a true one deletes");
	t.equal(
		(await send(strava.event({ object_id: 1, owner_id: 424242 }))).status,
		200,
		"whom it does not concern, hears nothing of that",
	);
	t.equal((await send({ body: "{", headers: { "content-type": "application/json" } })).status, 400);
	t.equal(
		(await server.stranger.post("/api/webhooks/polar", { event: "EXERCISE", user_id: 1, entity_id: "x" })).status,
		401,
	);
	t.equal((await server.stranger.post("/api/webhooks/polar", { event: "PING" })).status, 200);

	t.equal(
		(await server.stranger.get("/api/webhooks/strava?hub.mode=subscribe&hub.challenge=abc&hub.verify_token=wrong"))
			.status,
		403,
	);
	const subscribed = await fetch(`${vendor.base}/api/v3/push_subscriptions`, {
		method: "POST",
		body: new URLSearchParams({
			client_id: "app",
			client_secret: "app-secret",
			callback_url: `${server.base}/api/webhooks/strava`,
			verify_token: "x",
		}),
	});
	t.equal(subscribed.status, 400, "a stranger's subscription is not confirmed");
});

t.test("an event that comes while the vendor is away is not lost, however old what it tells of", async (t) => {
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	const old = stravaActivity(888, clock.now() - 900 * 86_400_000, { name: "Long ago" });
	strava.activitiesOf(athlete).set(888, old);
	for (const nth of [1, 2, 3]) strava.troubleAt(nth, 503);
	const event = strava.event({ object_id: 888, owner_id: athlete, event_time: 9 });
	t.equal((await server.stranger.post("/api/webhooks/strava", event.body, event.headers)).status, 200);
	const later =
		"name = 'sync-device' and state = 'created' and start_after > now() and data -> 'errand' ->> 'externalId' = '888'";
	let waiting = 0;
	for (let tries = 0; tries < 200 && waiting === 0; tries++) {
		await new Promise((done) => setTimeout(done, 50));
		waiting = (await owner.query(`select from jobs.job where ${later}`)).rowCount ?? 0;
	}
	t.equal(waiting, 1, "it is tried again later");
	await owner.query(`update jobs.job set start_after = now() where ${later}`);
	let found = 0;
	for (let tries = 0; tries < 200 && found === 0; tries++) {
		await new Promise((done) => setTimeout(done, 50));
		found = (await owner.query("select from exercise_logs where notes like '%Long ago'")).rowCount ?? 0;
	}
	t.equal(found, 1);
});

t.test("Samsung by push: a secret or a signature, all or nothing, once", async (t) => {
	const made = await patient.post("/api/devices", { deviceType: "samsung", settings: { mode: "push" } });
	t.equal(made.status, 201, made.text);
	const { id, pushSecret } = made.body;
	t.ok(pushSecret.length >= 24);
	t.notMatch((await patient.get(`/api/devices/${id}`)).text, pushSecret, "shown once");
	const body = JSON.stringify({
		heart_rate: [{ bpm: 61, time: "2026-03-01T10:00:00Z" }],
		weight: [{ kilograms: 80, time: "2026-03-01T10:00:00Z" }],
	});
	const push = (headers: Record<string, string>, text = body) =>
		server.stranger.post(`/api/devices/${id}/push`, text, headers);
	t.equal((await push({})).status, 404);
	t.equal((await push({ "x-device-secret": "wrong" })).status, 404);
	t.match((await push({ "x-device-secret": pushSecret })).body, { recordsSynced: 2 });
	const signature = `sha256=${createHmac("sha256", pushSecret).update(body).digest("hex")}`;
	t.match((await push({ "x-signature": signature })).body, { recordsSynced: 0 }, "replayed: known");
	t.equal((await push({ "x-signature": signature }, `${body} `)).status, 404);
	const half = await push(
		{ "x-device-secret": pushSecret },
		JSON.stringify({ heart_rate: [{ bpm: 70, time: "2026-03-01T11:00:00Z" }, { bpm: 71 }] }),
	);
	t.equal(half.status, 400);
	t.match(half.body.errors, [{ path: "heart_rate[1].time" }]);
	const never = { session_end_time: "2026-03-01T07:00:00Z", duration_seconds: 1e300 };
	const endless = await push({ "x-device-secret": pushSecret }, JSON.stringify({ sleep: [never] }));
	t.match(endless, { status: 400, body: { errors: [{ path: "sleep[0]" }] } });
	const vitals = await patient.get("/api/vitals?limit=500");
	t.equal(vitals.body.data.length, 2);

	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	const lease = "lease_holder = gen_random_uuid(), lease_until = now() + interval '1 minute'";
	await owner.query(`update devices.connection set ${lease} where connection_id = $1`, [id]);
	t.equal((await push({ "x-device-secret": pushSecret })).status, 503, "two at once: one is told to come again");
	await owner.query("update devices.connection set lease_holder = null, lease_until = null where connection_id = $1", [
		id,
	]);
	await owner.query(`alter table vitals_samples add constraint trouble check (heart_rate is distinct from 99)`);
	const trouble = JSON.stringify({ heart_rate: [{ bpm: 99, time: "2026-03-01T12:00:00Z" }] });
	t.ok((await push({ "x-device-secret": pushSecret }, trouble)).status >= 400);
	await owner.query("alter table vitals_samples drop constraint trouble");
	const log = (await patient.get(`/api/devices/${id}/sync-history`)).body.data;
	t.match(
		log.map(({ status, errorMessage }: Record<string, string>) => `${status} ${errorMessage}`).sort(),
		["failed Another push was being stored", "failed The server had trouble", "success null", "success null"],
		"no log is left open",
	);
	t.equal((await patient.post(`/api/devices/${id}/sync?wait=true`)).status, 409);
	t.equal(
		(await therapist.get(`/api/vitals?userId=${server.people.patient}`)).body.data.length,
		2,
		"Samsung's are for the care team",
	);
});

t.test("settings are checked, secrets never shown", async (t) => {
	const add = (settings: unknown, deviceType = "samsung") => patient.post("/api/devices", { deviceType, settings });
	const made = await add({ mode: "bridge", url: "http://127.0.0.1:9/", username: "u", password: "hidden-password" });
	t.equal(made.status, 201);
	t.same(made.body.settings, { mode: "bridge", url: "http://127.0.0.1:9", username: "u" });
	t.notMatch((await patient.get("/api/devices")).text, /hidden-password/);
	const changed = await patient.patch(`/api/devices/${made.body.id}`, {
		settings: { mode: "bridge", url: "http://127.0.0.1:9", username: "u", password: "other-password" },
	});
	t.equal(changed.status, 200, changed.text);
	t.notMatch(changed.text, /other-password/);
	for (const [settings, path] of [
		[{ mode: "cloud" }, "settings.mode"],
		[{ mode: "bridge" }, "settings.url"],
		[{ mode: "bridge", url: "file:///etc/passwd", username: "u", password: "p" }, "settings.url"],
		[{ mode: "bridge", url: "http://u:p@x.example", username: "u", password: "p" }, "settings.url"],
		[{ mode: "export", folder: "../../etc" }, "settings.folder"],
		[{ mode: "export", url: "https://a.example/x", folder: "x" }, "settings.url"],
		[{ mode: "push", secret: "short" }, "settings.secret"],
		[{ mode: "push", timeZone: "Mars/Base" }, "settings.timeZone"],
		[{ password: "x" }, "settings.password"],
		["text", "settings"],
	] as const) {
		const answer = await add(settings);
		t.equal(answer.status, 400, JSON.stringify(settings));
		t.match(answer.body.errors[0].path, path);
	}
	t.equal((await add({ mode: "push" }, "strava")).status, 400);
	const failed = await patient.post(`/api/devices/${made.body.id}/sync?wait=true`);
	t.match(failed.body, { status: "failed", errorMessage: /cut or refused/ });
});

t.test("disconnecting", async (t) => {
	t.equal((await therapist.delete("/api/strava/disconnect")).status, 404);
	t.equal((await patient.delete("/api/strava/disconnect")).status, 204);
	t.equal((await patient.post(`/api/devices/${deviceId}/sync?wait=true`)).status, 409);
	t.ok((await patient.get("/api/exercise-logs")).body.data.length > 5, "what was pulled stays");
	t.equal((await patient.delete("/api/polar/disconnect")).status, 404);
});

t.test("no token, code or secret is in the log", async (t) => {
	t.notMatch(server.logged.join("\n"), /sandbox-|hidden-password|app-secret/);
});
