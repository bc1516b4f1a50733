import t from "tap";
import { startTestServer } from "../support/server.ts";

// A patient goes to another therapist, a resource to another patient: whoever it no longer concerns sees nothing more of it, not even of
// the time when it did, and whom it concerns now sees nothing of somebody else's past.

const server = await startTestServer(t);
const { profiles, therapist2, patient } = server.people;
const session = (name: string) => server.as(`${name}@test.example`);
const [admin, before, after] = await Promise.all(["admin", "therapist", "therapist2"].map(session));
if (admin === undefined || before === undefined || after === undefined) throw new Error("people are missing");

const observation = (text: string, subject: number, id?: string) => ({
	resourceType: "Observation",
	...(id === undefined ? {} : { id }),
	status: "final",
	code: { text },
	subject: { reference: `Patient/${subject}` },
});

t.test("a resource that was filed under the wrong patient", async (t) => {
	const made = await before.post("/fhir/Observation", observation("Zwqxk wrong", profiles.patient));
	const path = `/fhir/Observation/${made.body.id}`;
	t.equal((await before.put(path, observation("Zwqxk again", profiles.patient, made.body.id))).status, 200);
	t.equal((await admin.put(path, observation("Zwqxk right", profiles.other, made.body.id))).status, 200);
	for (const road of ["", "/_history", "/_history/1", "/_history/2", "/_history/3"]) {
		for (const name of ["patient", "therapist"])
			t.equal((await (await session(name)).get(path + road)).status, 404, `${name} ${road}`);
	}
	for (const road of ["/fhir/_history", "/fhir/Observation/_history", "/fhir/Observation"])
		t.notMatch((await before.get(road)).text, "Zwqxk", road);
	const seen = await after.get(`${path}/_history`);
	t.equal(seen.body.total, 1);
	t.match(seen.text, "Zwqxk right");
	t.notMatch(seen.text, /Zwqxk (wrong|again)/);
	t.equal((await admin.get(`${path}/_history`)).body.total, 3, "nothing is lost");
	t.match((await admin.get(`${path}/_history/1`)).text, "Zwqxk wrong");
});

t.test("a native row that an administrator gives to another person", async (t) => {
	const given = { userId: patient, recordedAt: "2026-01-01T08:00:00Z", heartRate: 61, notes: "Zwqxk one" };
	const { id } = (await before.post("/api/vitals", given)).body;
	await before.patch(`/api/vitals/${id}`, { heartRate: 62 });
	const { Client } = (await import("pg")).default;
	const client = new Client({ connectionString: server.ownerUrl });
	await client.connect();
	await client.query("update vitals_samples set user_id = $1 where id = $2", [server.people.other, id]);
	await client.end();
	const path = `/fhir/Observation/vs-${id}-hr`;
	for (const road of ["", "/_history", "/_history/1"])
		t.equal((await before.get(path + road)).status, 404, `before ${road}`);
	t.equal((await after.get(`${path}/_history`)).body.total, 1);
	t.equal((await after.get(`${path}/_history/1`)).status, 404);
});

t.test("a patient who changes therapist", async (t) => {
	await before.patch(`/api/patients/${profiles.patient}`, { city: "Zwqxktown" });
	const stored = (
		await before.post("/fhir/Condition", {
			...observation("Zwqxk c", profiles.patient),
			status: undefined,
			resourceType: "Condition",
		})
	).body;
	const moved = await admin.post(`/api/patients/${profiles.patient}/assign-therapist`, { therapistId: therapist2 });
	t.equal(moved.status, 200, moved.text);
	const roads = [`Patient/${profiles.patient}`, `Condition/${stored.id}`].flatMap((path) =>
		["", "/_history", "/_history/1", "/_history/2"].map((road) => `/fhir/${path}${road}`),
	);
	for (const road of [...roads, `/api/patients/${profiles.patient}`])
		t.equal((await before.get(road)).status, 404, road);
	for (const road of ["/fhir/_history", "/fhir/Patient/_history", "/fhir/Patient", "/api/patients", "/api/vitals"])
		t.notMatch((await before.get(road)).text, /Zwqxk|Paula/, road);
	const seen = await after.get(`/fhir/Patient/${profiles.patient}/_history`);
	t.equal(seen.body.total, 3, "the past goes with the patient");
	t.equal((await (await session("patient")).get(`/fhir/Patient/${profiles.patient}/_history`)).body.total, 3);
	t.equal((await after.get(`/fhir/Condition/${stored.id}`)).status, 200);
});
