import pg from "pg";
import t from "tap";
import { raiseForAbsence } from "../../../src/alerts/absence.ts";
import type { Raised } from "../../../src/alerts/carry-out.ts";
import { endRecovered } from "../../../src/alerts/sweep.ts";
import { openWatch } from "../../../src/alerts/watch.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { createPeople } from "../../support/people.ts";
import { testDatabase } from "../../support/postgres.ts";

const place = await testDatabase(t);
const servers = await Promise.all([1, 2].map(() => openDatabase({ url: place.serverUrl, poolSize: 3 })));
t.teardown(() => Promise.all(servers.map((one) => one.close())));
const [database] = servers as [(typeof servers)[0]];
const people = await createPeople(database);
const owner = new pg.Client({ connectionString: place.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const watches = servers.map(openWatch);
const announced: Raised[] = [];
const announce = async (_: unknown, raised: readonly Raised[]) => void announced.push(...raised);

const hour = 3_600_000;
const now = Date.now();
/** On both servers at once. */
const look = (at = Date.now()) =>
	Promise.all(servers.map((one, n) => raiseForAbsence(one, watches[n] as (typeof watches)[0], announce, at)));
const sweep = () =>
	Promise.all(servers.map((one, n) => endRecovered(one, watches[n] as (typeof watches)[0], announce, now)));

const alerts = async (title: string) =>
	(
		await owner.query("select user_id, severity, message, is_resolved from alerts where title = $1 order by id", [
			title,
		])
	).rows.map(({ user_id, severity, is_resolved }) => [user_id, severity, is_resolved]);
const vitals = (userId: number, hoursAgo: number) =>
	owner.query("insert into vitals_samples (user_id, heart_rate, recorded_at) values ($1, 70, $2)", [
		userId,
		new Date(now - hoursAgo * hour),
	]);

await owner.query("update patients set created_at = now() - interval '30 days'");

t.test("who has not measured for days is told once; longer is graver; measuring ends it", async (t) => {
	await vitals(people.patient, 60);
	await vitals(people.patient2, 80);
	await look();
	t.same(await alerts("No measurements"), [
		[people.patient2, "low", false],
		[people.other, "medium", false],
	]);
	t.equal(announced.length, 2);
	await look();
	t.equal((await alerts("No measurements")).length, 2);
	await look(now + 5 * 24 * hour);
	t.same(await alerts("No measurements"), [
		[people.patient2, "medium", false],
		[people.other, "medium", false],
		[people.patient, "medium", false],
	]);
	await vitals(people.patient2, 1);
	await sweep();
	t.same((await alerts("No measurements"))[0], [people.patient2, "medium", true]);
	t.equal((await alerts("No measurements")).filter(([, , over]) => over).length, 1);
});

t.test("people who end it are not told again about the same silence", async (t) => {
	await owner.query("update alerts set is_resolved = true where user_id = $1", [people.other]);
	await owner.query(
		"update alerting.raised set closed_at = closed_at - interval '2 hours' where closed_at is not null",
	);
	await look();
	t.equal((await alerts("No measurements")).filter(([user]) => user === people.other).length, 1);
});

t.test("inactive patients are left alone", async (t) => {
	await owner.query("delete from alerts");
	await owner.query("delete from alerting.cause");
	await owner.query("update patients set is_active = false where user_id = $1", [people.other]);
	await look();
	t.same(await alerts("No measurements"), []);
});

t.test("doses of yesterday that were not taken, in the person's own time", async (t) => {
	await owner.query("update users set timezone = 'Pacific/Auckland' where id = $1", [people.patient]);
	const { rows } = await owner.query(
		`insert into medications (user_id, name, frequency, time_of_day, start_date, is_active) values
		($1, 'Metoprolol', 'three times a day', null, '2026-01-01', true), ($1, 'Unclear', 'as the moon says', null, '2026-01-01', true),
		($2, 'Aspirin', 'daily', 'morning', '2026-01-01', true), ($2, 'Old', 'three times a day', null, '2026-01-01', false) returning id`,
		[people.patient, people.patient2],
	);
	// Noon in Auckland: its yesterday is over, and so is that of New York.
	const noon = Temporal.Now.zonedDateTimeISO("Pacific/Auckland").with({ hour: 12, minute: 0 });
	const take = (at: Temporal.ZonedDateTime) =>
		owner.query("insert into medication_logs (user_id, medication_id, taken_at) values ($1, $2, $3)", [
			people.patient,
			rows[0].id,
			at.toInstant().toString(),
		]);
	await look(noon.epochMilliseconds);
	t.same(await alerts("Missed medication"), [[people.patient, "medium", false]]);
	await look(noon.epochMilliseconds);
	t.equal((await alerts("Missed medication")).length, 1, "once a day");

	const nextNoon = noon.add({ days: 1 });
	for (const hours of [9, 14, 20]) await take(noon.with({ hour: hours }));
	await look(nextNoon.epochMilliseconds);
	t.same(await alerts("Missed medication"), [[people.patient, "medium", true]], "a day with all doses ends it");
});
