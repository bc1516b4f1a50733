import t from "tap";
import { beginConnect, disconnect, endConnect } from "../../../src/devices/connect.ts";
import { polarSandbox } from "../../../src/devices/sandbox/polar.ts";
import { serveStandIn } from "../../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { receiveEvent, subscribe } from "../../../src/devices/webhook.ts";
import { connected, consented, deviceParts, peopledDatabase, pulled } from "../../support/devices.ts";

const { database, people, rows } = await peopledDatabase(t);
const day = 86_400_000;

async function world(
	start: string,
	options: { generated?: boolean; limits?: readonly [number, number]; zone?: string } = {},
) {
	const clock = sandboxClock(() => Date.parse(start));
	const polar = polarSandbox({ clientId: "app", clientSecret: "app-secret", clock, generated: false, ...options });
	const served = await serveStandIn(polar.standIn);
	t.teardown(served.close);
	await rows(
		"truncate devices.budget, devices.record, devices.cursor, devices.handshake, devices.subscription, devices.event cascade",
	);
	await rows(
		"delete from exercise_logs; delete from vitals_samples; delete from sleep_logs; delete from alerts; delete from device_sync_logs; delete from device_connections",
	);
	await rows(`update users set timezone = '${options.zone ?? "Europe/Helsinki"}' where id = ${people.patient}`);
	return { clock, polar, parts: deviceParts(database, clock, { polar: served.base }) };
}

t.test("a person's weeks: workouts, nights, heart rates, weight", async (t) => {
	const { polar, parts, clock } = await world("2026-03-20T18:00:00Z", { generated: true });
	const id = await connected(parts, "polar", people.patient);
	t.equal(polar.counts.get("/v3/users"), 1, "registered");
	const first = await pulled(parts, id);
	t.match(first, { status: "success", errorMessage: null });
	const [exercise] = await rows("select * from exercise_logs order by completed_at desc limit 1");
	t.ok(exercise.completed_at < new Date(clock.now()));
	t.ok((await rows("select 1 from exercise_logs")).length >= 14);
	t.ok((await rows("select 1 from sleep_logs where interruptions = 1 and quality between 3 and 5")).length >= 25);
	t.ok((await rows("select 1 from vitals_samples where heart_rate is not null")).length > 100);
	t.match(await rows("select weight from vitals_samples where weight is not null"), [{ weight: 173.0629 }]);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 0 });
	clock.advance(day);
	const next = await pulled(parts, id);
	t.match(next, { status: "success" });
	t.ok(next.recordsSynced > 10 && next.recordsSynced < 120, `${next.recordsSynced} new a day later`);
});

t.test("nights and clocks when the hour is put back, in three zones", async (t) => {
	for (const [zone, date, utc] of [
		["America/New_York", "2025-11-02", ["2025-11-02T05:30:00Z", "2025-11-02T06:30:00Z"]],
		["Europe/Helsinki", "2025-10-26", ["2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z"]],
		["Australia/Lord_Howe", "2025-04-06", ["2025-04-05T14:45:00Z", "2025-04-05T15:15:00Z"]],
	] as const) {
		const { polar, parts } = await world(`${date}T20:00:00Z`, { zone });
		const twice = zone === "Australia/Lord_Howe" ? "01:45" : zone === "Europe/Helsinki" ? "03:30" : "01:30";
		polar.dataOf(475).heartRates.push({
			date,
			heart_rate_samples: [
				{ heart_rate: 51, sample_time: twice },
				{ heart_rate: 52, sample_time: twice },
			],
		});
		const id = await connected(parts, "polar", people.patient);
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 2 });
		const found = await rows("select recorded_at, heart_rate from vitals_samples order by recorded_at");
		t.same(
			found.map((row) => [row.recorded_at.toISOString().replace(".000", ""), row.heart_rate]),
			[
				[utc[0], 51],
				[utc[1], 52],
			],
			zone,
		);
	}
});

t.test("edited, deleted, aged out of the list", async (t) => {
	const { polar, parts, clock } = await world("2026-03-20T18:00:00Z");
	const data = polar.dataOf(475);
	const exercise = (id: string, at: string, more = {}) => ({
		id,
		upload_time: `${at}:00.000Z`,
		start_time: `${at}:00`,
		start_time_utc_offset: 120,
		duration: "PT30M",
		sport: "RUNNING",
		...more,
	});
	data.exercises.push(
		exercise("A", "2026-03-19T10:00"),
		exercise("B", "2026-03-18T10:00"),
		exercise("C", "2026-02-20T10:00"),
	);
	const id = await connected(parts, "polar", people.patient);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 3 });
	data.exercises[0] = exercise("A", "2026-03-19T10:00", { duration: "PT45M" });
	data.exercises.splice(1, 1);
	clock.advance(day);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 2 });
	clock.advance(5 * day);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 0 }, "C is no longer listed, and stays");
	t.same(
		(await rows("select duration from exercise_logs order by completed_at")).map((row) => row.duration),
		[30, 45],
	);
});

t.test("one list in trouble: the others are pulled, and no success is claimed", async (t) => {
	const { polar, parts } = await world("2026-03-20T18:00:00Z", { generated: true });
	const id = await connected(parts, "polar", people.patient);
	polar.troubles.push(500, 500, 500);
	const outcome = await pulled(parts, id);
	t.match(outcome, { status: "failed", errorMessage: "Polar answered with status 500 (exercises)" });
	t.equal((await rows("select 1 from exercise_logs")).length, 0);
	t.ok((await rows("select 1 from sleep_logs")).length > 20);
	t.match(await pulled(parts, id), { status: "success" });
});

t.test("consents that are missing, at first and later; a code used twice", async (t) => {
	const { polar, parts } = await world("2026-03-20T18:00:00Z", { generated: true });
	polar.withoutConsent.add(475);
	const back = await consented(await beginConnect(parts, "polar", people.patient));
	await t.rejects(endConnect(parts, "polar", back), /accept its consents/);
	polar.withoutConsent.clear();
	const id = await connected(parts, "polar", people.patient);
	t.equal(await connected(parts, "polar", people.patient), id, "registered before is as good");
	polar.withoutConsent.add(475);
	t.match(await pulled(parts, id), { status: "failed", errorMessage: /wants your consent/, nextAt: null });
	t.match(await rows("select title from alerts"), [{ title: "Connect Polar again" }]);
	t.equal(await disconnect(parts, "polar", people.patient), 1);
});

t.test("a small limit is waited for", async (t) => {
	const { parts, clock } = await world("2026-03-20T18:00:00Z", { generated: true, limits: [15, 5000] });
	const id = await connected(parts, "polar", people.patient);
	let outcome = await pulled(parts, id);
	let rounds = 0;
	for (; outcome.status === "failed" && rounds < 20; rounds++) {
		t.match(outcome.errorMessage, /no more requests|others have their turn/);
		clock.advance((outcome.nextAt ?? 0) - clock.now() + 1000);
		outcome = await pulled(parts, id);
	}
	t.equal(outcome.status, "success");
	t.ok(rounds > 0 && rounds < 8, `${rounds} windows`);
	t.ok((await rows("select 1 from vitals_samples where heart_rate is not null")).length > 100);
});

t.test("webhooks: subscribed once, signed, forged, repeated", async (t) => {
	const { polar, parts } = await world("2026-03-20T18:00:00Z");
	const id = await connected(parts, "polar", people.patient);
	const hook = await serveStandIn(async ({ body }) => {
		await receiveEvent(here, "polar", { signature: undefined, body }, async () => undefined);
		return { status: 200 };
	});
	t.teardown(hook.close);
	const here = { ...parts, baseUrl: hook.base };
	t.match(await subscribe(here, "polar"), /sends its events to/);
	t.match(await subscribe(here, "polar"), /already/);
	t.match(await rows("select secret from devices.subscription"), [{ secret: /^s1\./ }]);
	const added: unknown[] = [];
	const receive = ({ body, headers }: { body: string; headers: Record<string, string> }) =>
		receiveEvent(
			parts,
			"polar",
			{ signature: headers["polar-webhook-signature"], body },
			async (_tx, connection, errand) => void added.push([connection, errand]),
		);
	const event = polar.event({ event: "EXERCISE", user_id: 475, entity_id: "X" });
	await receive(event);
	await receive(event);
	t.same(added, [[id, { do: "fetch", feed: "exercises", externalId: "X" }]]);
	await t.rejects(receive({ ...event, body: event.body.replace("X", "Y") }), /does not fit/);
	await t.rejects(receive({ ...event, headers: {} }), /does not fit/);
});
