import pg from "pg";
import t from "tap";
import { migrations } from "../../migrations/all.ts";
import { callerOf } from "../../src/access/caller.ts";
import { openDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { readHistory, readResource } from "../../src/store/resources.ts";
import { createTestDatabase } from "../support/postgres.ts";

// A database with devices' data from before 0023: afterwards it says where it came from, in its past as well, and what senders said of device and
// identifier comes back as they sent it.

const name = `heart_before_0023_${process.pid}`;
const place = await createTestDatabase();
t.teardown(() => place.drop());
const owner = new pg.Client({ connectionString: place.ownerUrl });
await owner.connect();
await owner.query(`create database ${name}`);
const [ownerUrl, serverUrl] = [place.ownerUrl, place.serverUrl].map((url) =>
	Object.assign(new URL(url), { pathname: `/${name}` }),
) as [URL, URL];
const before = new pg.Client({ connectionString: ownerUrl.href });
await before.connect();
await before.query(
	`create schema migrations; create table migrations.applied (id serial primary key, name varchar(255), executed_at timestamptz default now())`,
);
for (const one of migrations.slice(
	0,
	migrations.findIndex((found) => found.name.startsWith("0023")),
)) {
	const migration = new one.class(undefined as never, undefined as never);
	await migration.up();
	for (const query of migration.getQueries()) await before.query(String(query));
	await before.query("insert into migrations.applied (name) values ($1)", [one.name]);
}

await before.query(`
	insert into users (id, email, name, role) values (1, 'p@test.example', 'P', 'patient'), (2, 't@test.example', 'T', 'therapist');
	insert into patients (id, user_id, therapist_id, name) values (1, 1, 2, 'P');
	insert into device_connections (id, user_id, device_type) values (7, 1, 'strava'), (8, 1, 'polar'), (9, 1, 'samsung');
	insert into exercise_logs (id, user_id, completed_at, duration) values (1, 1, '2026-01-01T10:00:00Z', 30), (2, 1, '2026-01-02T10:00:00Z', 30);
	insert into sleep_logs (id, user_id, sleep_date, bedtime, wake_time, total_hours) values (1, 1, '2026-01-02', '2026-01-01T22:00:00Z', '2026-01-02T06:00:00Z', 7.5);
	insert into vitals_samples (id, user_id, recorded_at, heart_rate) values (1, 1, '2026-01-01T10:00:00Z', 61), (2, 1, '2026-01-01T11:00:00Z', 62);
	insert into devices.record (connection_id, kind, external_id, user_id, feed, table_name, row_id, at, ended_at, measure, detailed) values
		(7, 'exercise', '16000000001', 1, 'activities', 'exercise_logs', 1, '2026-01-01T09:30:00Z', '2026-01-01T10:00:00Z', '{}', true),
		(8, 'sleep', '2026-01-02', 1, 'sleep', 'sleep_logs', 1, '2026-01-01T22:00:00Z', '2026-01-02T06:00:00Z', '{}', true),
		(9, 'heart-rate', '2026-01-01T10:00:00.000Z', 1, 'push', 'vitals_samples', 1, '2026-01-01T10:00:00Z', '2026-01-01T10:00:00Z', '{}', true);
	update exercise_logs set notes = 'felt good' where id = 1`);
const sent = {
	identifier: [{ system: "urn:ward", value: "OBS-9" }],
	device: { display: "the ward's monitor" },
	encounter: { reference: "Encounter/e" },
};
await before.query(
	`insert into fhir.resource (type, id, user_id, created_by, table_name, row_id, part, terms, overrides, body)
		values ('Observation', 'vs-2-hr', 1, 2, 'vitals_samples', 2, 'hr', array['identifier urn:ward|OBS-9', 'identifier OBS-9'], array['identifier'], $1)`,
	[
		JSON.stringify({
			extra: { ...sent, referenceRange: [{ low: { value: "LOW" } }] },
			exact: { issued: { fixed: true } },
		}).replace('"LOW"', "1.00"),
	],
);
const versions = () =>
	before.query(
		"select (select version from exercise_logs where id = 1) workout, (select version from vitals_samples where id = 2) sample",
	);
const [counted] = (await versions()).rows;
await migrate(ownerUrl.href, decodeURIComponent(serverUrl.password), { info: () => undefined });

t.test("rows say where they came from, without a new version, and so does their past", async (t) => {
	const database = await openDatabase({ url: serverUrl.href });
	t.teardown(() => database.close());
	t.same((await versions()).rows[0], counted);
	const read = (id: string) =>
		database.read(callerOf({ id: 2, role: "therapist" }), async (tx) =>
			JSON.parse((await readResource(tx, "Observation", id)).text),
		);
	t.match(await read("ex-1"), { device: { reference: "Device/dev-7" }, identifier: [{ value: "16000000001" }] });
	t.match(await read("sl-1"), {
		device: { reference: "Device/dev-8" },
		identifier: [{ value: "dev-8/sleep/2026-01-02" }],
	});
	t.match(await read("vs-1-hr"), { identifier: [{ value: "dev-9/heart-rate/2026-01-01T10:00:00.000Z" }] });
	t.notOk("device" in (await read("ex-2")));
	const history = await database.read(callerOf({ id: 2, role: "therapist" }), (tx) =>
		readHistory(tx, { type: "Observation", id: "ex-1" }, { count: 10, total: false }),
	);
	t.same(
		history.versions.map(({ text }) => JSON.parse(text).identifier[0].value),
		["16000000001", "16000000001"],
	);
	const whole = await read("vs-2-hr");
	t.match(whole, sent);
	t.match(
		await database.read(
			callerOf({ id: 2, role: "therapist" }),
			async (tx) => (await readResource(tx, "Observation", "vs-2-hr")).text,
		),
		/"referenceRange":\[\{"low":\{"value":1\.00\}\}\]/,
		"decimals as they were written",
	);
});

t.teardown(async () => {
	await before.end();
	await owner.query(`drop database if exists ${name} with (force)`);
	await owner.end();
});
