import t from "tap";
import { startTestServer } from "../../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");
const admin = await server.as("admin@test.example");

const sample = (recordedAt: string, values: object) => patient.post("/api/vitals", { recordedAt, ...values });
await sample("2026-03-01T08:00:00-05:00", { heartRate: 70, weight: 180 });
await sample("2026-03-08T01:30:00-05:00", { heartRate: 80 });
await sample("2026-03-08T03:30:00-04:00", { heartRate: 90, weight: 183.2 });
await sample("2026-03-08T23:59:59.999-04:00", { heartRate: 60 });
await sample("2026-03-09T00:00:00-04:00", { heartRate: 61, systolicBP: 120, diastolicBP: 80 });

/** `civil:count` of each bucket. */
const counts = (buckets: { civil: string; count: number }[]) => buckets.map(({ civil, count }) => `${civil}:${count}`);

t.test("the newest of each measure, with what it was before", async (t) => {
	const { status, body } = await patient.get("/api/vitals/latest");
	t.equal(status, 200);
	t.match(body, { userId: people.patient, timezone: "America/New_York" });
	t.match(body.measures.weight, {
		value: 183.2,
		unit: "lbs",
		recordedAt: "2026-03-08T07:30:00.000Z",
		previous: { value: 180, delta: 3.2 },
		weekBefore: null,
	});
	t.match(body.measures.heartRate, {
		value: 61,
		previous: { value: 60, delta: 1 },
		weekBefore: { value: 70, delta: -9 },
	});
	t.match(body.measures.systolicBP, { value: 120, previous: null, weekBefore: null });
	t.equal(body.measures.temperature, null);
	t.same((await therapist.get(`/api/vitals/latest?userId=${people.patient}`)).body, body);
	t.same((await admin.get(`/api/vitals/latest?userId=${people.patient}`)).body, body);
	const nothing = await therapist.get(`/api/vitals/latest?userId=${people.patient2}`);
	t.ok(Object.values(nothing.body.measures).every((one) => one === null));
});

t.test("days of the person's zone, the empty ones too", async (t) => {
	const answer = await patient.get("/api/vitals/trends?metric=heartRate&from=2026-03-07&to=2026-03-09");
	t.equal(answer.status, 200, answer.text);
	t.match(answer.body, { metric: "heartRate", unit: "BPM", bucket: "day", timezone: "America/New_York" });
	t.same(
		answer.body.buckets.map(({ civil, count, min, max, mean }: Record<string, unknown>) => [
			civil,
			count,
			min,
			max,
			mean,
		]),
		[
			["2026-03-07", 0, null, null, null],
			["2026-03-08", 3, 60, 90, 76.667],
			["2026-03-09", 1, 61, 61, 61],
		],
	);
	t.match(answer.body.buckets[1], {
		starts: "2026-03-08T05:00:00.000Z",
		ends: "2026-03-09T04:00:00.000Z",
		p5: 62,
		p25: 70,
		p50: 80,
		p75: 85,
		p95: 89,
	});
	t.match(answer.body.buckets[0], { p50: null });
});

t.test("hours, weeks and months; a part of a bucket counts in part", async (t) => {
	const trend = async (query: string) => (await patient.get(`/api/vitals/trends?metric=heartRate&${query}`)).body;
	const hours = await trend("bucket=hour&from=2026-03-08T06:00:00Z&to=2026-03-08T07:59:59Z");
	t.same(counts(hours.buckets), ["2026-03-08T01:00-05:00:1", "2026-03-08T03:00-04:00:1"]);
	const weeks = await trend("bucket=week&from=2026-03-01&to=2026-03-09");
	t.same(counts(weeks.buckets), ["2026-02-23:1", "2026-03-02:3", "2026-03-09:1"]);
	t.same(counts((await trend("bucket=month&from=2026-03-02&to=2026-03-31")).buckets), ["2026-03-01:4"]);
});

t.test("the same values by the days of other zones", async (t) => {
	for (const [timezone, expected] of [
		["Europe/Berlin", ["2026-03-08:2", "2026-03-09:2"]],
		["Australia/Lord_Howe", ["2026-03-08:2", "2026-03-09:2"]],
		["Pacific/Honolulu", ["2026-03-07:2", "2026-03-08:2"]],
	] as const) {
		t.equal((await patient.patch(`/api/users/${people.patient}`, { timezone })).status, 200);
		const { body } = await patient.get(
			"/api/vitals/trends?metric=heartRate&from=2026-03-02T00:00:00Z&to=2026-03-10T00:00:00Z",
		);
		t.same(counts(body.buckets.filter(({ count }: { count: number }) => count > 0)), expected, timezone);
	}
	await patient.patch(`/api/users/${people.patient}`, { timezone: "America/New_York" });
});

t.test("what cannot be answered is 400 and named", async (t) => {
	for (const [query, path] of [
		["", "metric"],
		["metric=pulse", "metric"],
		["metric=notes", "metric"],
		["metric=heartRate&bucket=minute", "bucket"],
		["metric=heartRate&from=2026-03-02&to=2026-03-01", "from"],
		["metric=heartRate&from=yesterday", "from"],
		["metric=heartRate&to=2026-02-30", "to"],
		["metric=heartRate&from=%2B200000-01-01T00:00:00Z", "from"],
		["metric=heartRate&from=-000001-01-01T00:00:00Z", "from"],
		["metric=heartRate&bucket=hour&from=2024-01-01&to=2026-01-01", "bucket"],
		["metric=heartRate&bucket=month&from=0001-01-01&to=9999-12-31", "bucket"],
		["metric=heartRate&colour=red", "colour"],
	]) {
		const answer = await patient.get(`/api/vitals/trends?${query}`);
		t.equal(answer.status, 400, String(query));
		t.equal(answer.body.errors[0].path, path, answer.text);
	}
	const long = await patient.get("/api/vitals/trends?metric=heartRate&bucket=month&from=1900-01-01&to=2100-01-01");
	t.equal(long.status, 200);
});

t.test("of others' patients nothing is told", async (t) => {
	for (const path of ["/api/vitals/latest?", "/api/vitals/trends?metric=heartRate&"]) {
		t.equal((await therapist2.get(`${path}userId=${people.patient}`)).status, 404);
		t.equal((await patient.get(`${path}userId=${people.patient2}`)).status, 404);
		t.equal((await patient.get(`${path}userId=${people.therapist}`)).status, 404);
		t.equal((await therapist.get(`${path}userId=999999`)).status, 404);
		t.equal((await therapist.get(path)).status, 400);
		t.equal((await server.stranger.get(path)).status, 401);
	}
});
