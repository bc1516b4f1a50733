import { sql } from "kysely";
import t from "tap";
import { callerOf, serverCaller } from "../../../src/access/caller.ts";
import { Failure } from "../../../src/fhir/failure.ts";
import { openDatabase } from "../../../src/store/database.ts";
import type { RowsWritten } from "../../../src/store/reactions.ts";
import { deleteRows, insertRows, updateRows } from "../../../src/store/rows.ts";
import { HydrationLogs } from "../../../src/tables/hydration-logs.ts";
import { VitalsSamples } from "../../../src/tables/vitals-samples.ts";
import { createPeople } from "../../support/people.ts";
import { testDatabase } from "../../support/postgres.ts";

const place = await testDatabase(t);
const database = await openDatabase({ url: place.serverUrl, poolSize: 2 });
t.teardown(() => database.close());
const people = await createPeople(database);
const patient = callerOf({ id: people.patient, role: "patient" });

const heard: (readonly RowsWritten[])[] = [];
let reacting: () => Promise<void> | undefined = () => undefined;
database.react([VitalsSamples], (tx, written) => {
	heard.push(written);
	const done = reacting();
	return done === undefined ? undefined : tx.asSystem(() => done);
});
t.beforeEach(() => {
	heard.length = 0;
	reacting = () => undefined;
});

const vitals = (heartRate: number) => ({ userId: people.patient, heartRate, recordedAt: "2026-11-27T10:00:00Z" });
const count = async () =>
	(
		await database.read(serverCaller, (tx) => tx.query(sql<{ n: number }>`select count(*)::int n from vitals_samples`))
	)[0]?.n;

t.test("a transaction tells once what it wrote, and only to whom it concerns", async (t) => {
	await database.write(patient, async (tx) => {
		const [one, two] = await insertRows(tx, VitalsSamples, [vitals(60), vitals(61)]);
		await insertRows(tx, HydrationLogs, [{ userId: people.patient, logDate: "2026-11-27", amountOz: 8 }]);
		await updateRows(tx, VitalsSamples, [{ id: one?.id as number, changes: { heartRate: 70 } }]);
		await deleteRows(tx, VitalsSamples, [two?.id as number]);
	});
	t.equal(heard.length, 1);
	t.same(
		heard[0]?.map(({ kind, rows }) => [kind, rows.map(({ userId, heartRate }) => [userId, heartRate])]),
		[
			["insert", [60, 61].map((rate) => [people.patient, rate])],
			["update", [[people.patient, 70]]],
			["delete", [[people.patient, undefined]]],
		],
	);
	await database.write(patient, (tx) =>
		insertRows(tx, HydrationLogs, [{ userId: people.patient, logDate: "2026-11-27", amountOz: 8 }]),
	);
	t.equal(heard.length, 1);
});

t.test("what is undone by a part is not told", async (t) => {
	await database.write(patient, async (tx) => {
		await tx.step((part) => insertRows(part, VitalsSamples, [vitals(80)]));
		const failing = tx.step(async (part) => {
			await insertRows(part, VitalsSamples, [vitals(81)]);
			throw new Failure("invalid", "no");
		});
		await failing.catch(() => undefined);
	});
	t.same(
		heard[0]?.flatMap(({ rows }) => rows.map(({ heartRate }) => heartRate)),
		[80],
	);
});

t.test("a reaction that fails leaves nothing of its transaction", async (t) => {
	const before = await count();
	reacting = () => Promise.reject(new Failure("conflict", "rules say no"));
	await t.rejects(
		database.write(patient, (tx) => insertRows(tx, VitalsSamples, [vitals(90)])),
		/rules say no/,
	);
	t.equal(await count(), before);
});
