import pg from "pg";
import t from "tap";
import { computeDue, computeLate } from "../../../src/native/daily-scores.ts";
import { startTestServer } from "../../support/server.ts";

const server = await startTestServer(t);
const { people, database } = server;
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const therapist = await server.as("therapist@test.example");
const patient = await server.as("patient@test.example");

const zone = "America/New_York";
/** Twice at once, as two servers would; they share nothing but the database. */
const compute = (now: Temporal.Instant) => Promise.all([database, database].map((one) => computeDue(one, now)));
const computeMarked = (now: Temporal.Instant) =>
	Promise.all([database, database].map((one) => computeLate(one, now, undefined, 0)));
const scores = async (userId: number) =>
	(
		await owner.query(
			`select to_char(date, 'YYYY-MM-DD') date, overall_score o, exercise_score e, nutrition_score n, sleep_score s, medication_score m,
				vitals_score v, version from daily_scores where user_id = $1 order by date`,
			[userId],
		)
	).rows.map(({ date, o, e, n, s, m, v }) => [date, o, e, n, s, m, v]);

const today = Temporal.Now.plainDateISO(zone);
const at = (days: number, time: string, where = zone) =>
	today.add({ days }).toZonedDateTime({ timeZone: where, plainTime: time }).toInstant().toString();
const post = async (path: string, body: object) => {
	const answer = await therapist.post(path, { userId: people.patient, ...body });
	t.equal(answer.status, 201, answer.text);
	return answer.body as { id: number };
};
const noon = Temporal.Instant.from(at(0, "12:00"));

t.beforeEach(async () => {
	for (const table of [
		"daily_scores",
		"vitals_samples",
		"exercise_logs",
		"sleep_logs",
		"medication_logs",
		"medications",
	])
		await owner.query(`delete from ${table}`);
	await owner.query("delete from scoring.explanation");
	await owner.query("delete from scoring.late");
});

t.test("the day that ended is scored once by two servers, of what is known, and explained", async (t) => {
	await post("/api/vitals", { recordedAt: at(-1, "08:00"), systolicBP: 125, diastolicBP: 75, heartRate: 70 });
	await post("/api/vitals", { recordedAt: at(0, "00:30"), systolicBP: 190, diastolicBP: 120 });
	await post("/api/exercise-logs", { completedAt: at(-3, "10:00"), duration: 45 });
	await post("/api/exercise-logs", { completedAt: at(-1, "23:30"), duration: 30 });
	await post("/api/exercise-logs", { completedAt: at(-9, "23:30"), duration: 90 });
	await post("/api/sleep-logs", { sleepDate: String(today.subtract({ days: 1 })), totalHours: 6.5, quality: 5 });
	await owner.query(
		"insert into medications (user_id, name, frequency, start_date, is_active) values ($1, 'A', 'twice a day', '2026-01-01', true)",
		[people.patient],
	);
	const { rows } = await owner.query("select id from medications");
	await post("/api/medication-logs", { medicationId: rows[0].id, takenAt: at(-1, "09:00") });
	await compute(noon);
	const found = await scores(people.patient);
	const yesterday = String(today.subtract({ days: 1 }));
	const [last] = found.slice(-1);
	// 88 vitals, 50 exercise, 76 sleep, 50 medication: (88*25 + 50*20 + 76*15 + 50*25) / 85
	t.same(last, [yesterday, 66, 50, null, 76, 50, 88]);
	const before = await owner.query("select id, version from daily_scores order by id");
	await compute(noon);
	t.same(
		(await owner.query("select id, version from daily_scores order by id")).rows,
		before.rows,
		"and stays as it is",
	);

	const latest = await patient.get("/api/daily-scores/latest");
	t.equal(latest.status, 200, latest.text);
	t.match(latest.body, {
		userId: people.patient,
		timezone: zone,
		score: { date: yesterday, overallScore: 66 },
		explanation: {
			exercise: { score: 50, why: "75 of 150 minutes within seven days" },
			nutrition: { score: null, share: 0, why: /left out/ },
			medication: { score: 50, why: "1 of 2 doses taken" },
		},
	});
	t.ok(latest.body.explanation.computedAt);
	t.equal((await therapist.get(`/api/daily-scores/latest?userId=${people.patient}`)).body.score.overallScore, 66);
	t.equal(
		(await (await server.as("other@test.example")).get(`/api/daily-scores/latest?userId=${people.patient}`)).status,
		404,
	);
	t.same((await therapist.get(`/api/daily-scores/latest?userId=${people.patient2}`)).body.score, null);
});

t.test("not before the day has ended where the person lives", async (t) => {
	await owner.query("update users set timezone = 'Asia/Kathmandu' where id = $1", [people.patient]);
	const local = Temporal.Now.plainDateISO("Asia/Kathmandu");
	const there = (date: Temporal.PlainDate, plainTime: string) =>
		date.toZonedDateTime({ timeZone: "Asia/Kathmandu", plainTime }).toInstant();
	await post("/api/vitals", { recordedAt: String(there(local, "08:00")), heartRate: 70 });
	await compute(there(local, "23:59"));
	await compute(there(local.add({ days: 1 }), "00:10"));
	t.same(
		(await scores(people.patient)).filter(([date]) => date === String(local)),
		[],
	);
	await compute(there(local.add({ days: 1 }), "00:16"));
	t.same(
		(await scores(people.patient)).map(([date]) => date),
		[String(local)],
	);
	await owner.query("update users set timezone = $2 where id = $1", [people.patient, zone]);
});

t.test("days of a clock change have 23 or 25 hours", async (t) => {
	// 2026-11-01: clocks go back in New York.
	const change = Temporal.PlainDate.from("2026-11-01");
	await owner.query(
		"insert into daily_scores (user_id, date, overall_score) values ($1, '2026-11-01', 1), ($1, '2026-11-02', 1)",
		[people.patient],
	);
	const moment = (date: string, time: string) =>
		Temporal.ZonedDateTime.from(`${date}T${time}[${zone}]`).toInstant().toString();
	await post("/api/vitals", { recordedAt: moment("2026-11-01", "00:00"), heartRate: 70 });
	await post("/api/vitals", { recordedAt: moment("2026-11-01", "23:59"), heartRate: 45 });
	await post("/api/vitals", { recordedAt: moment("2026-11-02", "00:00"), heartRate: 140 });
	t.equal(change.toZonedDateTime(zone).hoursInDay, 25);
	await computeMarked(noon);
	t.same(
		(await scores(people.patient)).map(([date, , , , , , vitals]) => [date, vitals]),
		[
			["2026-11-01", 75],
			["2026-11-02", 0],
		],
	);
});

t.test(
	"what comes late, is corrected, moved or deleted, counts anew; the same mark is not written twice",
	async (t) => {
		const score = async (days: number) =>
			(await scores(people.patient)).find(([date]) => date === String(today.add({ days })))?.at(-1);
		const first = await post("/api/vitals", { recordedAt: at(-5, "08:00"), heartRate: 70 });
		await post("/api/vitals", { recordedAt: at(-5, "08:01"), heartRate: 70 });
		t.equal((await owner.query("select from scoring.late")).rowCount, 1, "one mark for both");
		await computeMarked(noon);
		t.equal(await score(-5), 100);
		t.equal((await owner.query("select from scoring.late")).rowCount, 0);
		await therapist.patch(`/api/vitals/${first.id}`, { heartRate: 140 });
		await computeMarked(noon);
		t.equal(await score(-5), 50);
		await therapist.patch(`/api/vitals/${first.id}`, { recordedAt: at(-4, "08:00") });
		await computeMarked(noon);
		t.same([await score(-5), await score(-4)], [100, 0], "both days, whence and whither");
		await therapist.delete(`/api/vitals/${first.id}`);
		await computeMarked(noon);
		t.equal(await score(-4), null, "nothing is known any more");
		await post("/api/exercise-logs", { completedAt: at(-5, "12:00"), duration: 150 });
		await computeMarked(noon);
		const exercised = (await scores(people.patient)).map(([date, , exercise]) => [date, exercise]);
		t.ok(exercised.filter(([, exercise]) => exercise === 100).length >= 5, "exercise counts for the days after");
	},
);

t.test("a write that fails leaves no mark, nor does it keep others from marking", async (t) => {
	const observation = (value: number) => ({
		resourceType: "Observation",
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject: { reference: `Patient/${people.profiles.patient2}` },
		effectiveDateTime: at(-2, "08:00"),
		valueQuantity: { value, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
	});
	t.equal((await therapist.post("/fhir/Observation", observation(70), { "x-dry-run": "true" })).status, 201);
	t.equal((await owner.query("select from scoring.late")).rowCount, 0);
	t.equal((await therapist.post("/fhir/Observation", observation(70))).status, 201);
	t.equal((await owner.query("select from scoring.late")).rowCount, 1);
});

t.test("a score for a day that has one is a conflict", async (t) => {
	const admin = await server.as("admin@test.example");
	const body = { userId: people.patient, date: "2026-10-01", overallScore: 50 };
	t.equal((await admin.post("/api/daily-scores", body)).status, 201);
	t.equal((await admin.post("/api/daily-scores", body)).status, 409);
});
