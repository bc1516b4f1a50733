import t from "tap";
import { callerOf, serverCaller } from "../../../src/access/caller.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { allocateIds, deleteRows, getRow, insertRows, updateRows } from "../../../src/store/rows.ts";
import { DeviceConnections } from "../../../src/tables/device-connections.ts";
import { Users } from "../../../src/tables/users.ts";
import { VitalsSamples } from "../../../src/tables/vitals-samples.ts";
import { createPeople } from "../../support/people.ts";
import { testDatabase } from "../../support/postgres.ts";

const place = await testDatabase(t);
const database = await openDatabase({ url: place.serverUrl });
t.teardown(() => database.close());
const people = await createPeople(database);
const recordedAt = "2026-01-01T00:00:00.000Z";

t.test("many rows of different shapes, in order, defaults where nothing is given", async (t) => {
	const [first, second, third] = await database.write(serverCaller, async (tx) => {
		const [id] = await allocateIds(tx, VitalsSamples, 1);
		return insertRows(tx, VitalsSamples, [
			{ userId: people.patient, recordedAt, heartRate: 60 },
			{ id, version: 7, userId: people.patient, recordedAt, weight: 150.25 },
			{ userId: people.patient, recordedAt, heartRate: 62 },
		]);
	});
	t.match(first, { heartRate: 60, weight: null, version: 1 });
	t.match(second, { heartRate: null, weight: 150.25, version: 7 });
	t.match(third, { heartRate: 62 });
	const [changed, other, refused] = await database.write(serverCaller, (tx) =>
		updateRows(tx, VitalsSamples, [
			{ id: first?.id as number, changes: { heartRate: 70, notes: "x" } },
			{ id: second?.id as number, changes: { weight: null }, ifVersion: 7 },
			{ id: third?.id as number, changes: { heartRate: 71 }, ifVersion: 9 },
		]),
	);
	t.match(changed, { heartRate: 70, notes: "x", version: 2 });
	t.match(other, { weight: null, version: 8 });
	t.equal(refused, undefined);
	const ids = [first, second, third].map((row) => row?.id as number);
	t.same(
		(await database.write(serverCaller, (tx) => deleteRows(tx, VitalsSamples, [...ids, 999999]))).sort(),
		ids.sort(),
	);
});

t.test("JSON columns are text both ways, decimals as written", async (t) => {
	const settings = '{"factor": 1.00}';
	const [row] = await database.write(serverCaller, (tx) =>
		insertRows(tx, DeviceConnections, [{ userId: people.patient, deviceType: "samsung", settings }]),
	);
	t.equal(row?.settings, settings);
});

t.test("who sees what: other people's rows are not there, and nobody but the server reads passwords", async (t) => {
	const patient = callerOf({ id: people.patient, role: "patient" });
	t.equal(await database.read(patient, (tx) => getRow(tx, Users, people.other)), undefined);
	for (const caller of [patient, callerOf({ id: people.admin, role: "admin" })]) {
		t.notOk("password" in ((await database.read(caller, (tx) => getRow(tx, Users, people.patient))) ?? {}));
	}
	const own = database.write(patient, (tx) => insertRows(tx, VitalsSamples, [{ userId: people.other, recordedAt }]));
	t.equal(
		await own.then(
			() => "stored",
			(error: { kind: string }) => error.kind,
		),
		"forbidden",
	);
});
