import pg from "pg";
import t from "tap";
import { consented } from "../../../support/devices.ts";
import { pageBrowser, signedInBrowser } from "../../../support/page-browser.ts";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);

const signedIn = (name: string) => signedInBrowser(server.base, name);

t.test("a newcomer connects Strava, sees it, moves time forward, disconnects; no script anywhere", async (t) => {
	const stranger = pageBrowser(server.base);
	t.match((await stranger.get("/devices")).location, /^\/sign-in/);
	const patient = await signedIn("patient");
	const empty = await patient.get("/devices");
	t.match(empty.text, /You have connected no device/);
	t.notMatch(empty.text, /<script/);
	const begun = await patient.post("/devices/connect", { vendor: "strava" });
	t.equal(begun.status, 303);
	t.match(begun.location, `${server.base}/sandbox/strava/oauth/authorize?`);
	t.match((await patient.get(begun.location)).text, /a stand-in: nothing leaves this machine/);
	const back = await consented(begun.location);

	const other = await signedIn("other");
	const stolen = await other.get(`${back.pathname}${back.search}`);
	t.equal(stolen.status, 422, "what one person began nobody else ends");
	const landed = await patient.get(`${back.pathname}${back.search}`);
	t.equal(landed.location, "/devices?connected=strava", landed.text);
	const token = await server.as("patient@test.example");
	let logs: unknown[] = [];
	for (let tries = 0; tries < 200 && logs.length === 0; tries++) {
		await new Promise((done) => setTimeout(done, 50));
		logs = (await token.get("/api/exercise-logs?limit=500")).body.data;
	}
	t.ok(logs.length > 5, "data arrives by itself");
	const page = await patient.get("/devices?connected=strava");
	t.match(page.text, /Strava is connected/);
	t.match(page.text, /Only you see what it brings/);
	t.match(page.csp, /form-action 'self'/);
	t.equal(
		(await patient.post("/devices/connect", { vendor: "strava" }, { "sec-fetch-site": "cross-site" })).status,
		403,
	);
	t.equal((await patient.post("/sandbox/advance", {})).status, 303);
	const [, device = ""] = /action="\/devices\/disconnect">[\s\S]*?name="device" value="(\d+)"/.exec(page.text) ?? [];
	for (const wrong of [
		{ vendor: "strava" },
		{ vendor: "x", device },
		{ vendor: "__proto__", device },
		{ device },
	] as Record<string, string>[])
		t.equal((await patient.post("/devices/disconnect", wrong)).status, 400, JSON.stringify(wrong));
	const theirs = await other.post("/devices/disconnect", { vendor: "strava", device });
	t.equal(theirs.status, 303);
	t.notMatch((await patient.get("/devices")).text, /not connected/, "nobody ends another's");
	t.equal((await patient.post("/devices/disconnect", { vendor: "strava", device })).status, 303);
	t.match((await patient.get("/devices")).text, /not connected/);
});

t.test("what is under way is seen by looking again, as long as it is", async (t) => {
	const patient = await signedIn("patient");
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	const idle = await patient.get("/devices");
	t.equal(idle.refresh, null);
	const { rows } = await owner.query(
		`insert into device_sync_logs (device_connection_id, sync_started_at, status, records_synced)
			select id, now() + interval '1 hour', 'pending', 1204 from device_connections where user_id = $1 returning id, device_connection_id`,
		[server.people.patient],
	);
	const running = await patient.get("/devices");
	t.match(running.text, /<p role="status">Syncing now: 1,204 records so far\.<\/p>/);
	t.equal(running.refresh, "5");
	t.notMatch(running.text, /<script/);
	await owner.query("update devices.connection set backfill_log_id = $1 where connection_id = $2", [
		rows[0].id,
		rows[0].device_connection_id,
	]);
	const backfilling = await patient.get("/devices");
	t.match(backfilling.text, /Getting what Strava has from before: 1,204 records so far, back to \d{4}-\d\d-\d\d\./);
	await owner.query("update device_sync_logs set status = 'success' where id = $1", [rows[0].id]);
	t.equal((await patient.get("/devices")).refresh, null);
});

t.test("Polar by its stand-in", async (t) => {
	const patient = await server.as("other@test.example");
	const { body } = await patient.get("/api/polar/connect");
	const back = await consented(body.url);
	t.equal((await server.stranger.get(`${back.pathname}${back.search}`)).status, 302);
	const [device] = (await patient.get("/api/devices?deviceType=polar")).body.data;
	const synced = await patient.post(`/api/devices/${device.id}/sync?wait=true`);
	t.match(synced.body, { status: "success" });
	t.ok((await patient.get("/api/sleep-logs")).body.data.length > 20);
});
