import t from "tap";
import { startTestServer } from "../support/server.ts";

// The same rows natively and as FHIR: what is done on one face shows on the other, with versions and history.

const server = await startTestServer(t);
const therapist = await server.as("therapist@test.example");
const patient = await server.as("patient@test.example");
const { people } = server;
const about = { subject: { reference: `Patient/${people.profiles.patient}` } };
const unknown = { url: "http://ward.example/position", valueString: "sitting" };

t.test("a heart rate sent by FHIR, corrected natively, read by FHIR again", async (t) => {
	const sent = {
		resourceType: "Observation",
		status: "final",
		category: [
			{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] },
		],
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }], text: "Puls" },
		...about,
		effectiveDateTime: "2026-03-01T09:30:00+01:00",
		valueQuantity: { value: 61, unit: "bpm", system: "http://unitsofmeasure.org", code: "/min" },
		extension: [unknown],
	};
	const made = await therapist.post("/fhir/Observation", sent);
	t.equal(made.status, 201, made.text);
	const id = made.body.id as string;
	const rowId = /^vs-(\d+)-hr$/.exec(id)?.[1];
	const row = await patient.get(`/api/vitals/${rowId}`);
	t.match(row.body, { heartRate: 61, recordedAt: "2026-03-01T08:30:00.000Z", userId: people.patient });
	const edited = await patient.patch(
		`/api/vitals/${rowId}`,
		{ heartRate: 64 },
		{ "if-match": row.headers.get("etag") ?? "" },
	);
	t.equal(edited.status, 200, edited.text);
	const read = await therapist.get(`/fhir/Observation/${id}`);
	t.equal(read.headers.get("etag"), 'W/"2"');
	t.match(read.body, {
		valueQuantity: { value: 64, code: "/min" },
		effectiveDateTime: "2026-03-01T09:30:00+01:00",
		code: { text: "Puls" },
		extension: [unknown],
	});
	t.equal((await therapist.put(`/fhir/Observation/${id}`, read.body, { "if-match": 'W/"1"' })).status, 412);
	const history = await therapist.get(`/fhir/Observation/${id}/_history`);
	t.same(
		history.body.entry.map(
			(entry: { resource: { valueQuantity: { value: number } } }) => entry.resource.valueQuantity.value,
		),
		[64, 61],
	);
	t.equal((await patient.get(`/fhir/Observation?value-quantity=64&code=8867-4&_total=accurate`)).body.total, 1);
});

t.test(
	"measures entered natively are Observations, one for each; deleting one by FHIR leaves the others",
	async (t) => {
		const entered = await patient.post("/api/vitals", {
			recordedAt: "2026-03-02T07:00:00Z",
			systolicBP: 121,
			diastolicBP: 79,
			heartRate: 66,
			weight: 180.5,
		});
		t.equal(entered.status, 201, entered.text);
		const ids = ["bp", "hr", "wt"].map((part) => `vs-${entered.body.id}-${part}`);
		const found = await therapist.get(
			`/fhir/Observation?${new URLSearchParams({ date: "2026-03-02", patient: String(people.profiles.patient) })}`,
		);
		t.same(found.body.entry.map((entry: { resource: { id: string } }) => entry.resource.id).sort(), [...ids].sort());
		t.equal((await therapist.delete(`/fhir/Observation/${ids[1]}`)).status, 204);
		t.match((await patient.get(`/api/vitals/${entered.body.id}`)).body, {
			systolicBP: 121,
			heartRate: null,
			weight: 180.5,
		});
		t.equal((await therapist.get(`/fhir/Observation/${ids[1]}`)).status, 410);
		t.equal((await therapist.get(`/fhir/Observation/${ids[0]}`)).status, 200);
		t.equal((await patient.delete(`/api/vitals/${entered.body.id}`)).status, 204);
		t.equal((await therapist.get(`/fhir/Observation/${ids[0]}`)).status, 410);
	},
);

t.test("a Patient sent by FHIR is a patient natively, and a native change of name is one in FHIR", async (t) => {
	const made = await therapist.post("/fhir/Patient", {
		resourceType: "Patient",
		identifier: [{ system: "urn:mrn", value: "77" }],
		name: [{ family: "Lind", given: ["Eva"], prefix: ["Dr."] }],
		birthDate: "1961-02-03",
		gender: "female",
	});
	t.equal(made.status, 201, made.text);
	const path = `/api/patients/${made.body.id}`;
	t.match((await therapist.get(path)).body, { firstName: "Eva", lastName: "Lind", dateOfBirth: "1961-02-03" });
	t.equal((await therapist.patch(path, { lastName: "Lind-Holm" })).status, 200);
	const read = await therapist.get(`/fhir/Patient/${made.body.id}`);
	t.match(read.body, { name: [{ family: "Lind-Holm", prefix: ["Dr."] }], identifier: [{ value: "77" }] });
	t.equal((await therapist.get("/fhir/Patient?family=lind-holm&identifier=urn:mrn|77&_total=accurate")).body.total, 1);
	t.equal((await therapist.get("/fhir/Patient?family:exact=Lind&_total=accurate")).body.total, 0);
});

t.test("a medication and an appointment, from either side", async (t) => {
	const statement = await therapist.post("/fhir/MedicationStatement", {
		resourceType: "MedicationStatement",
		status: "active",
		medicationCodeableConcept: { text: "Metoprolol" },
		...about,
		effectivePeriod: { start: "2026-01-05" },
		dosage: [{ text: "50 mg twice daily" }],
	});
	t.equal(statement.status, 201, statement.text);
	const medication = await patient.get(`/api/medications/${statement.body.id.replace("med-", "")}`);
	t.match(medication.body, { name: "Metoprolol", startDate: "2026-01-05", isActive: true });
	await therapist.patch(`/api/medications/${medication.body.id}`, { isActive: false });
	t.match((await patient.get(`/fhir/MedicationStatement/${statement.body.id}`)).body, {
		dosage: [{ text: "50 mg twice daily" }],
	});
	t.not((await patient.get(`/fhir/MedicationStatement/${statement.body.id}`)).body.status, "active");
	const event = await patient.post("/api/events", {
		calendarId: people.calendars.patient,
		title: "Check-up",
		startTime: "2026-04-01T08:00:00Z",
		endTime: "2026-04-01T08:30:00Z",
	});
	t.equal(event.status, 201, event.text);
	const appointment = await therapist.get(`/fhir/Appointment/ev-${event.body.id}`);
	t.match(appointment.body, { description: "Check-up", start: "2026-04-01T08:00:00Z", status: "booked" });
	const moved = { ...appointment.body, start: "2026-04-01T09:00:00Z", end: "2026-04-01T09:30:00Z" };
	t.equal((await therapist.put(`/fhir/Appointment/ev-${event.body.id}`, moved)).status, 200);
	t.match((await patient.get(`/api/events/${event.body.id}`)).body, { startTime: "2026-04-01T09:00:00.000Z" });
});

t.test("twenty edits at once, ten on each face, of one version: one is done", async (t) => {
	const entered = await patient.post("/api/vitals", { recordedAt: "2026-03-03T07:00:00Z", heartRate: 70 });
	const [native, fhir] = [`/api/vitals/${entered.body.id}`, `/fhir/Observation/vs-${entered.body.id}-hr`];
	const resource = (await patient.get(fhir)).body;
	const etag = entered.headers.get("etag") ?? "";
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, index) =>
			index % 2 === 0
				? patient.patch(native, { heartRate: 71 + index }, { "if-match": etag })
				: patient.put(
						fhir,
						{ ...resource, valueQuantity: { ...resource.valueQuantity, value: 71 + index } },
						{ "if-match": 'W/"1"' },
					),
		),
	);
	const statuses = answers.map(({ status }) => status).sort();
	t.same([...new Set(statuses)], [200, 412]);
	t.equal(statuses.filter((status) => status === 200).length, 1);
	t.equal((await patient.get(fhir)).headers.get("etag"), 'W/"2"');
});
