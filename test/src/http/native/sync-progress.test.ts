import { setTimeout as sleep } from "node:timers/promises";
import { EventSource } from "eventsource";
import pg from "pg";
import t from "tap";
import { serveStandIn } from "../../../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../../src/devices/sandbox/strava.ts";
import { consented, deviceParts } from "../../../support/devices.ts";
import { type Session, startTestServer } from "../../../support/server.ts";

const clock = sandboxClock();
const strava = stravaSandbox({ clientId: "app", clientSecret: "app-secret", clock });
const vendor = await serveStandIn(strava.standIn);
t.teardown(vendor.close);
const { vendors, ask } = deviceParts(undefined as never, clock, { strava: vendor.base });
const server = await startTestServer(t, { devices: { vendors, ask, now: clock.now } });
const beside = await server.beside();
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

// A phone pushes to it, so that nothing pulls from it meanwhile.
const made = await patient.post("/api/devices", { deviceType: "samsung", settings: { mode: "push" } });
const id: number = made.body.id;
const path = `/api/devices/${id}/sync-progress`;

interface Told {
	readonly event: string;
	readonly id: string;
	readonly syncs: readonly { id: number; status: string; recordsSynced: number; isBackfill: boolean }[];
	readonly complete: readonly { feed: string; from: string | null }[];
}

function watch(session: Session, base = server.base, at = path) {
	const told: Told[] = [];
	const source = new EventSource(`${base}${at}`, {
		fetch: (input, init) =>
			fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${session.token}` } }),
	});
	for (const event of ["progress", "end"])
		source.addEventListener(event, ({ data, lastEventId }) =>
			told.push({ event, id: lastEventId, ...JSON.parse(data) }),
		);
	t.teardown(() => source.close());
	return { told, source };
}

async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await sleep(10);
}

const answer = (session: Session, lastEventId = "", base = server.base) =>
	fetch(`${base}${path}`, {
		headers: {
			authorization: `Bearer ${session.token}`,
			...(lastEventId === "" ? {} : { "last-event-id": lastEventId }),
		},
	});
const begin = async () =>
	(
		await owner.query(
			"insert into device_sync_logs (device_connection_id, sync_started_at, status, records_synced) values ($1, now(), 'pending', 0) returning id",
			[id],
		)
	).rows[0].id as number;
const count = (log: number, records: number) =>
	owner.query("update device_sync_logs set records_synced = $2 where id = $1", [log, records]);
const end = (log: number, status = "success") =>
	owner.query("update device_sync_logs set status = $2, sync_completed_at = now() where id = $1", [log, status]);

t.test(
	"a sync is told as it goes, from whichever server, to its end; then there is nothing to come back for",
	async (t) => {
		const log = await begin();
		const [one, two] = [watch(patient), watch(therapist, beside)];
		await until(() => one.told.length > 0 && two.told.length > 0);
		await count(log, 200);
		await until(() => [one, two].every(({ told }) => told.at(-1)?.syncs[0]?.recordsSynced === 200));
		await owner.query(
			"insert into devices.cursor (connection_id, feed, complete_from) values ($1, 'activities', '2024-05-06T00:00:00Z')",
			[id],
		);
		await until(() => two.told.at(-1)?.complete[0]?.from === "2024-05-06T00:00:00.000Z");
		await owner.query("update devices.connection set backfill_log_id = $2 where connection_id = $1", [id, log]);
		await count(log, 400);
		await until(() => one.told.at(-1)?.syncs[0]?.isBackfill === true);
		await end(log);
		await until(() => [one, two].every(({ told }) => told.at(-1)?.event === "end"));
		t.match(one.told.at(-1)?.syncs[0], { id: log, status: "success", recordsSynced: 400 });
		t.equal(one.told.at(-1)?.id, two.told.at(-1)?.id, "the same place on both");
		// They come back by themselves, hear that it was the end, and stay away.
		await until(() => one.source.readyState === EventSource.CLOSED && two.source.readyState === EventSource.CLOSED);
		t.equal(one.told.filter(({ event }) => event === "end").length, 1);
	},
);

t.test("who was away goes on with how it is by then, on another server as well", async (t) => {
	const log = await begin();
	const { told, source } = watch(patient);
	await until(() => told.length > 0);
	source.close();
	const place = told.at(-1)?.id ?? "";
	await count(log, 7);
	await end(log, "failed");
	const later = await answer(patient, place, beside);
	t.equal(later.status, 200);
	t.match(later.headers.get("content-type"), /event-stream/);
	const text = await later.text();
	t.match(text, /^retry: 3000\n\nevent: end\nid: \S+\ndata: \{.*"status":"failed","recordsSynced":7/);
	t.equal((await answer(patient, /id: (\S+)/.exec(text)?.[1])).status, 204);
	t.equal((await answer(patient, "whatever")).status, 200, "an unknown place gets the whole");
	const again = await begin();
	const resumed = watch(patient);
	await until(() => resumed.told.at(-1)?.syncs[0]?.id === again);
	t.equal((await server.as("patient@test.example").then((other) => other.post("/api/auth/logout"))).status < 300, true);
	await end(again);
	await until(() => resumed.told.at(-1)?.event === "end");
});

t.test("nobody else hears of it, and one who signs out hears no more", async (t) => {
	const log = await begin();
	t.equal((await server.stranger.get(path)).status, 401);
	t.equal((await (await server.as("therapist2@test.example")).get(path)).status, 404);
	t.equal((await (await server.as("other@test.example")).get(path)).status, 404);
	t.equal((await patient.get("/api/devices/999999/sync-progress")).status, 404);
	t.equal((await patient.post(path)).status, 405);
	const leaving = await server.as("patient@test.example");
	const stream = await answer(leaving);
	await leaving.post("/api/auth/logout");
	const text = await stream.text();
	t.match(text, /event: progress/, "the stream ends with the token");
	t.notMatch(text, /event: end/);
	const seen = await owner.query("select count(*)::int n from audit.access_log where target = $1", [
		`devices/${id}/sync-progress`,
	]);
	t.ok(seen.rows[0].n > 0, "what was told is in the access log");
	await end(log);
});

t.test("a real sync, queued, is told to its end", async (t) => {
	const back = await consented((await patient.get("/api/strava/connect")).body.url);
	await server.stranger.get(`${back.pathname}${back.search}`);
	const stravaId = (await patient.get("/api/devices?deviceType=strava")).body.data[0].id;
	const begun = await patient.post(`/api/devices/${stravaId}/sync`);
	const { told } = watch(patient, beside, `/api/devices/${stravaId}/sync-progress`);
	const mine = () => told.at(-1)?.syncs.find((one) => one.id === begun.body.id);
	await until(() => mine()?.status === "success");
	const stored = (await patient.get("/api/exercise-logs?limit=500")).body.data.length;
	t.ok(told.at(-1)?.syncs.some(({ recordsSynced }) => recordsSynced === stored) && stored > 5);
});
