import t from "tap";
import { startTestServer } from "../../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const { profiles } = people;
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const outsiders = [await server.as("therapist2@test.example"), await server.as("other@test.example")];
const today = Temporal.Now.plainDateISO("America/New_York");
const exercise = await therapist.post("/api/exercises", { name: "Hallway walk" });

async function prescribe(values: object): Promise<number> {
	const given = { patientId: profiles.patient, exerciseId: exercise.body.id, status: "active", ...values };
	const made = await therapist.post("/api/exercise-prescriptions", given);
	if (made.status !== 201) throw new Error(made.text);
	return made.body.id;
}
const log = (completedAt: string, values: object = {}) =>
	patient.post("/api/exercise-logs", { completedAt, ...values });

t.test("compliance: sessions expected from the frequency, by the periods from the start", async (t) => {
	const id = await prescribe({ frequency: "3x per week", startDate: "2026-03-04", endDate: "2026-03-17" });
	for (const day of ["04", "05", "05", "09", "11", "12"]) await log(`2026-03-${day}T15:00:00Z`, { prescriptionId: id });
	await log("2026-03-06T15:00:00Z");
	const answer = await therapist.get(`/api/exercise-prescriptions/${id}/compliance?from=2026-03-01&to=2026-03-31`);
	t.equal(answer.status, 200, answer.text);
	t.match(answer.body, {
		prescriptionId: id,
		expected: 6,
		done: 5,
		missed: 1,
		extra: 1,
		rate: 0.833,
		regimen: { words: "3 sessions a week" },
		notCounted: null,
	});
	t.match(answer.body.sessions, [
		{ date: "2026-03-04", state: "done", doneAt: "2026-03-04T15:00:00.000Z" },
		{ state: "done" },
		{ state: "done" },
		{ date: "2026-03-11", state: "done" },
		{ state: "done" },
		{ state: "missed", doneAt: null },
	]);
	t.same(
		(await patient.get(`/api/exercise-prescriptions/${id}/compliance?from=2026-03-01&to=2026-03-31`)).body,
		answer.body,
	);
	t.equal(
		(await patient.get(`/api/exercise-prescriptions/${id}/compliance?from=2026-03-02&to=2026-03-01`)).status,
		400,
	);
	t.equal((await patient.get(`/api/exercise-prescriptions/${id}/compliance?from=2020-01-01`)).status, 400);
	for (const outsider of outsiders)
		t.equal((await outsider.get(`/api/exercise-prescriptions/${id}/compliance`)).status, 404);
	t.equal((await therapist.get("/api/exercise-prescriptions/999999/compliance")).status, 404);
});

t.test("what is to be done now; what is not understood is said", async (t) => {
	const start = today.subtract({ days: 1 }).toString();
	const daily = await prescribe({ frequency: "daily", startDate: start });
	const odd = await prescribe({ frequency: "as tolerated", startDate: today.toString() });
	await prescribe({ frequency: "daily", startDate: today.add({ days: 1 }).toString() });
	await prescribe({ frequency: "daily", startDate: start, status: "discontinued" });
	await log(
		today
			.subtract({ days: 1 })
			.toZonedDateTime({ timeZone: "America/New_York", plainTime: "12:00" })
			.toInstant()
			.toString(),
		{ prescriptionId: daily },
	);
	const { body } = await therapist.get(`/api/exercise-prescriptions/patient/${profiles.patient}/active`);
	t.same(
		body.data.map(({ id }: { id: number }) => id),
		[daily, odd],
	);
	t.match(body.data[0], { exerciseName: "Hallway walk", compliance: { expected: 1, done: 1, pending: 1, rate: 1 } });
	t.match(body.data[1].compliance, { notCounted: /not understood/, regimen: { kind: "not-understood" } });
	t.same((await patient.get(`/api/exercise-prescriptions/patient/${profiles.patient}/active`)).body, body);
	for (const outsider of outsiders)
		t.equal((await outsider.get(`/api/exercise-prescriptions/patient/${profiles.patient}/active`)).status, 404);
	t.same((await therapist.get(`/api/exercise-prescriptions/patient/${profiles.patient2}/active`)).body, { data: [] });
});

t.test("what was trained by week", async (t) => {
	const monday = today.subtract({ days: today.dayOfWeek - 1 });
	const moment = (day: Temporal.PlainDate, time: string) =>
		day.toZonedDateTime({ timeZone: "America/New_York", plainTime: time }).toInstant().toString();
	const last = monday.subtract({ weeks: 1 });
	await log(moment(last.subtract({ days: 1 }), "23:59:59"), { duration: 7 });
	await log(moment(last, "00:00"), { duration: 20, distance: 1.25, avgHeartRate: 90, maxHeartRate: 110 });
	await log(moment(last.add({ days: 6 }), "23:59:59"), {
		duration: 30,
		distance: 2,
		avgHeartRate: 95,
		maxHeartRate: 120,
		calories: 80,
	});
	const { body } = await therapist.get(`/api/exercise-logs/weekly-summary?userId=${people.patient}&weeks=3`);
	t.equal(body.weeks.length, 3);
	t.match(body.weeks[0], { weekOf: monday.subtract({ weeks: 2 }).toString(), minutes: 7, maxHeartRate: null });
	t.match(body.weeks[1], {
		weekOf: last.toString(),
		minutes: 50,
		distanceMiles: 3.25,
		calories: 80,
		meanHeartRate: 92.5,
		maxHeartRate: 120,
	});
	for (const outsider of outsiders)
		t.equal((await outsider.get(`/api/exercise-logs/weekly-summary?userId=${people.patient}`)).status, 404);
	t.equal((await patient.get("/api/exercise-logs/weekly-summary?weeks=0")).status, 400);
	t.equal((await patient.get("/api/exercise-logs/weekly-summary?weeks=1e9")).status, 400);
});
