import t from "tap";
import { consented } from "../support/devices.ts";
import { runAtPolar, runAtStrava, serverOfTwoVendors } from "../support/same-workout.ts";

// Two devices told of what looks like one workout: a person says that it is two, and takes it back.

const { server, activities, exercises } = await serverOfTwoVendors(t);
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");

activities.set(1, runAtStrava);
exercises.push(runAtPolar);

async function connect(name: "strava" | "polar"): Promise<number> {
	const back = await consented((await patient.get(`/api/${name}/connect`)).body.url);
	await server.stranger.get(`${back.pathname}${back.search}`);
	const { id } = (await patient.get(`/api/devices?deviceType=${name}`)).body.data[0];
	await sync(id);
	return id;
}
const sync = (id: number) => patient.post(`/api/devices/${id}/sync?wait=true`);
const stravaId = await connect("strava");
const polarId = await connect("polar");
const logs = async () => (await patient.get("/api/exercise-logs?sort=id")).body.data;
const [shown] = await logs();
const url = `/api/exercise-logs/${shown.id}/same-workouts`;
const key = { deviceConnectionId: polarId, externalId: "A" };

t.test("what another device told of a workout is listed, to whom the workout is", async (t) => {
	t.equal((await logs()).length, 1);
	t.equal(shown.calories, 300);
	const linked = { ...key, deviceType: "polar", isSame: true, exerciseLogId: null };
	t.match((await patient.get(url)).body, { data: [linked] });
	t.match((await therapist.get(url)).body, { data: [linked] });
	t.equal((await therapist2.get(url)).status, 404);
	t.equal((await server.stranger.get(url)).status, 401);
});

t.test("bad words are told, and nothing happens", async (t) => {
	for (const [body, status] of [
		[{ ...key }, 400],
		[{ ...key, isSame: "no" }, 400],
		[{ ...key, isSame: false, more: 1 }, 400],
		[{ ...key, externalId: "B", isSame: false }, 404],
		[{ deviceConnectionId: stravaId, externalId: "1", isSame: false }, 404],
	] as const)
		t.equal((await patient.post(url, body)).status, status, JSON.stringify(body));
	t.equal((await therapist2.post(url, { ...key, isSame: false })).status, 404);
	t.equal((await patient.post("/api/exercise-logs/999999/same-workouts", { ...key, isSame: false })).status, 404);
	t.equal((await logs()).length, 1);
});

t.test("set apart, both are shown, through every sync to come, and each goes on following its vendor", async (t) => {
	const answers = await Promise.all(Array.from({ length: 8 }, () => patient.post(url, { ...key, isSame: false })));
	t.same([...new Set(answers.map(({ status }) => status))], [200], answers[0]?.text ?? "");
	const all = await logs();
	t.match(all, [{ calories: 300 }, { calories: 280 }]);
	t.equal(all.length, 2, "eight at once made one");
	t.match((await therapist.get(url)).body, { data: [{ isSame: false, exerciseLogId: all[1].id }] });
	const seen = (await therapist.get(`/fhir/Observation/ex-${all[1].id}`)).body;
	t.match(seen, { device: { reference: `Device/dev-${polarId}` }, identifier: [{ value: "A" }] });
	t.equal((await therapist.get(`/fhir/Provenance?target=Observation/ex-${all[1].id}`)).body.entry.length, 1);

	exercises[0] = { ...runAtPolar, calories: 290, upload_time: "2026-03-20T11:00:00.000Z" };
	for (const id of [stravaId, polarId, stravaId]) t.match((await sync(id)).body, { status: "success" });
	t.match(await logs(), [{ calories: 300 }, { calories: 290 }]);
	// Gone at the vendor and there again it is a new record; what was said of it holds.
	activities.delete(1);
	t.match((await sync(stravaId)).body, { recordsSynced: 1 });
	activities.set(1, runAtStrava);
	t.match((await sync(stravaId)).body, { recordsSynced: 1 });
	t.match((await logs()).map(({ calories }: { calories: number }) => calories).sort(), [290, 300]);
});

t.test("taken back by their therapist, one is shown again, and its past is kept", async (t) => {
	const mine = (await logs()).find(({ calories }: { calories: number }) => calories === 300);
	const own = `/api/exercise-logs/${mine.id}/same-workouts`;
	const [other] = (await therapist.get(own)).body.data;
	t.match(other, { ...key, isSame: false });
	t.match((await therapist.post(own, { ...key, isSame: true })).body, {
		data: [{ ...key, isSame: true, exerciseLogId: null }],
	});
	t.match(await logs(), [{ calories: 300 }]);
	t.equal((await logs()).length, 1);
	t.equal((await patient.get(`/fhir/Observation/ex-${other.exerciseLogId}`)).status, 410);
	t.match((await sync(polarId)).body, { status: "success", recordsSynced: 0 });
	t.equal((await logs()).length, 1, "nor does a sync bring it back");
	t.match((await patient.post(own, { ...key, isSame: true })).status, 200, "what is so already stays so");
	t.match((await therapist.post(own, { ...key, isSame: false })).body, { data: [{ isSame: false }] });
	t.equal((await logs()).length, 2, "and apart again");
});
