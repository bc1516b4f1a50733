import t from "tap";
import { startTestServer } from "../../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const outsiders = [await server.as("therapist2@test.example"), await server.as("other@test.example")];

t.test("sleep over time", async (t) => {
	for (const night of [
		{ sleepDate: "2026-03-01", totalHours: 7, quality: 4, interruptions: 1 },
		{ sleepDate: "2026-03-02", bedtime: "2026-03-02T03:00:00Z", wakeTime: "2026-03-02T09:30:00Z", quality: 2 },
		{ sleepDate: "2026-03-04", quality: 3 },
		{ sleepDate: "2026-04-01", totalHours: 9 },
	]) {
		const made = await patient.post("/api/sleep-logs", night);
		t.equal(made.status, 201, made.text);
	}
	const trend = async (query: string) =>
		(await therapist.get(`/api/sleep-logs/trends?userId=${people.patient}&${query}`)).body;
	const days = await trend("from=2026-03-01&to=2026-03-04");
	t.match(days.all, { nights: 3, meanHours: 6.75, minHours: 6.5, maxHours: 7, meanQuality: 3, meanInterruptions: 1 });
	t.match(days.buckets, [
		{ civil: "2026-03-01", nights: 1, meanHours: 7 },
		{ civil: "2026-03-02", meanHours: 6.5 },
		{ civil: "2026-03-03", nights: 0, meanHours: null },
		{ civil: "2026-03-04", nights: 1, meanHours: null, meanQuality: 3 },
	]);
	const weeks = await trend("bucket=week&from=2026-03-02&to=2026-03-08");
	t.match(weeks.buckets, [{ civil: "2026-03-02", nights: 2 }]);
	const months = await trend("bucket=month&from=2026-03-02&to=2026-04-30");
	t.match(months.buckets, [
		{ civil: "2026-03-01", nights: 2 },
		{ civil: "2026-04-01", nights: 1 },
	]);
	for (const query of [
		"bucket=hour",
		"from=2000-01-01&to=2026-01-01",
		"from=2026-03-02&to=2026-03-01",
		"from=0001-01-01&to=9999-12-31",
	])
		t.equal((await patient.get(`/api/sleep-logs/trends?${query}`)).status, 400, query);
	for (const outsider of outsiders)
		t.equal((await outsider.get(`/api/sleep-logs/trends?userId=${people.patient}`)).status, 404);
});

t.test("water against the goal", async (t) => {
	for (const log of [
		{ logDate: "2026-02-20", amountOz: 1, goalOz: 60 },
		{ logDate: "2026-03-01", amountOz: 32 },
		{ logDate: "2026-03-01", amountOz: 28.5 },
		{ logDate: "2026-03-03", amountOz: 40, goalOz: 80 },
	]) {
		t.equal((await patient.post("/api/hydration-logs", log)).status, 201);
	}
	const { body } = await therapist.get(
		`/api/hydration-logs/summary?userId=${people.patient}&from=2026-03-01&to=2026-03-04`,
	);
	t.match(body, { daysWithGoal: 4, daysReached: 1 });
	t.same(body.days, [
		{ date: "2026-03-01", amountOz: 60.5, logs: 2, goalOz: 60, ofGoal: 1.01 },
		{ date: "2026-03-02", amountOz: 0, logs: 0, goalOz: 60, ofGoal: 0 },
		{ date: "2026-03-03", amountOz: 40, logs: 1, goalOz: 80, ofGoal: 0.5 },
		{ date: "2026-03-04", amountOz: 0, logs: 0, goalOz: 80, ofGoal: 0 },
	]);
	const never = await therapist.get(
		`/api/hydration-logs/summary?userId=${people.patient2}&from=2026-03-01&to=2026-03-01`,
	);
	t.same(never.body.days, [{ date: "2026-03-01", amountOz: 0, logs: 0, goalOz: null, ofGoal: null }]);
	t.equal((await patient.get("/api/hydration-logs/summary?from=2020-01-01")).status, 400);
	for (const outsider of outsiders)
		t.equal((await outsider.get(`/api/hydration-logs/summary?userId=${people.patient}`)).status, 404);
});
