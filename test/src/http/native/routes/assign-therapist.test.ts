import t from "tap";
import { sessionAt, startTestServer } from "../../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const admin = await server.as("admin@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");
const patient = await server.as("patient@test.example");
const other = await server.as("other@test.example");
const elsewhere = await server.beside();
const { profiles } = people;
const assign = `/api/patients/${profiles.patient}/assign-therapist`;

await patient.post("/api/vitals", { recordedAt: "2026-03-01T08:00:00Z", heartRate: 61 });
await therapist.patch(`/api/patients/${profiles.patient}`, { notes: "before" });

t.test("who may not, and whom not", async (t) => {
	t.equal((await patient.post(assign, { therapistId: people.therapist2 })).status, 403);
	t.equal((await other.post(assign, { therapistId: people.therapist2 })).status, 404);
	t.equal((await therapist2.post(assign, { therapistId: people.therapist2 })).status, 404, "nobody takes a patient");
	t.equal((await admin.post("/api/patients/999999/assign-therapist", { therapistId: people.therapist2 })).status, 404);
	for (const therapistId of [people.admin, people.patient, 999999, "2", null]) {
		const refused = await therapist.post(assign, { therapistId });
		t.equal(refused.status, 400, String(therapistId));
		t.equal(refused.body.errors[0].path, "therapistId");
	}
	t.equal((await admin.patch(`/api/patients/${profiles.patient}`, { therapistId: people.patient })).status, 400);
	t.equal((await therapist.post(assign, { therapistId: people.therapist2 }, { "if-match": 'W/"77"' })).status, 412);
	t.equal((await therapist.get(`/api/patients/${profiles.patient}`)).status, 200, "nothing has happened");
});

t.test(
	"the old therapist loses sight at once on every server, the new one sees the patient and the past",
	async (t) => {
		const elsewhereAs = (token: string) => sessionAt(elsewhere, token);
		const rows = `/api/vitals?userId=${people.patient}`;
		t.equal((await elsewhereAs(therapist.token).get(rows)).body.data.length, 1);
		const answer = await therapist.post(assign, { therapistId: people.therapist2 });
		t.equal(answer.status, 200, answer.text);
		t.same(answer.body, {
			patientId: profiles.patient,
			therapistId: people.therapist2,
			previousTherapistId: people.therapist,
		});
		for (const session of [therapist, elsewhereAs(therapist.token)]) {
			t.equal((await session.get(`/api/patients/${profiles.patient}`)).status, 404);
			t.equal((await session.get(`/fhir/Patient/${profiles.patient}`)).status, 404);
			t.equal((await session.get(`/fhir/Patient/${profiles.patient}/_history`)).status, 404);
			t.equal((await session.get(rows)).body?.data?.length ?? 0, 0);
			t.equal((await session.get(`/api/patients/${profiles.patient}/summary`)).status, 404);
			t.equal((await session.post(assign, { therapistId: people.therapist })).status, 404, "cannot be taken back");
		}
		for (const session of [therapist2, elsewhereAs(therapist2.token)]) {
			t.equal((await session.get(`/api/patients/${profiles.patient}`)).body.therapistId, people.therapist2);
			t.equal((await session.get(rows)).body.data.length, 1);
			const history = await session.get(`/fhir/Patient/${profiles.patient}/_history`);
			t.ok(history.body.entry.length >= 2, "with what was before");
		}
		t.equal((await patient.get(`/api/patients/${profiles.patient}`)).body.therapistId, people.therapist2);
	},
);

t.test("twenty at once have one order", async (t) => {
	const url = `/api/patients/${profiles.patient2}/assign-therapist`;
	const before = await admin.get(`/api/patients/${profiles.patient2}`);
	// The therapist gives the patient away twenty times, on two servers: only the first has somebody to give.
	const sessions = Array.from({ length: 20 }, (_, index) =>
		index % 2 === 0 ? therapist : sessionAt(elsewhere, therapist.token),
	);
	const answers = await Promise.all(sessions.map((session) => session.post(url, { therapistId: people.therapist2 })));
	t.same(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 19 }, () => 404)]);
	const after = await admin.get(`/api/patients/${profiles.patient2}`);
	const version = (answer: typeof after) => Number(/\d+/.exec(answer.headers.get("etag") ?? "")?.[0]);
	t.equal(version(after), version(before) + 1);
	// Administrators between two therapists: what each answer says was before is what another one did.
	const back = await Promise.all(
		Array.from({ length: 20 }, (_, index) =>
			admin.post(url, { therapistId: index % 2 === 0 ? people.therapist : people.therapist2 }),
		),
	);
	t.ok(back.every(({ status }) => status === 200));
	const moves = back.map(({ body }) => body).filter((body) => body.therapistId !== body.previousTherapistId);
	t.equal(version(await admin.get(`/api/patients/${profiles.patient2}`)), version(after) + moves.length);
});

t.test("with If-Match one of twenty wins", async (t) => {
	const url = `/api/patients/${profiles.other}/assign-therapist`;
	const tag = (await admin.get(`/api/patients/${profiles.other}`)).headers.get("etag") as string;
	const answers = await Promise.all(
		Array.from({ length: 20 }, () => admin.post(url, { therapistId: people.therapist }, { "if-match": tag })),
	);
	t.same(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 19 }, () => 412)]);
});
