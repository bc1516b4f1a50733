import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import { addTestApps, tokenFor } from "../support/smart.ts";

// Through an app a person can do what they may do themselves, narrowed by the granted scopes: every kind of row and body, in every way.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const { profiles } = people;
const subject = { reference: `Patient/${profiles.patient}` };

const quantity = { value: 61, unit: "bpm", system: "http://unitsofmeasure.org", code: "/min" };
const resources = [
	{
		resourceType: "Observation",
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject,
		effectiveDateTime: "2026-03-01T10:00:00Z",
		valueQuantity: quantity,
	},
	{
		resourceType: "MedicationStatement",
		status: "active",
		medicationCodeableConcept: { text: "Aspirin" },
		subject,
		effectivePeriod: { start: "2026-03-01" },
	},
	{
		resourceType: "Appointment",
		status: "booked",
		description: "Check-up",
		start: "2026-03-05T10:00:00Z",
		end: "2026-03-05T11:00:00Z",
		participant: [{ actor: subject, status: "accepted" }],
	},
	{ resourceType: "Condition", subject, code: { text: "Angina" } },
] as const;

for (const [name, asked] of [
	["patient", { scope: "launch/patient patient/*.cruds" }],
	["patient", { scope: "user/*.cruds" }],
	["therapist", { scope: "launch/patient patient/*.cruds" }],
	["therapist", { scope: "user/*.cruds" }],
] as const) {
	t.test(`${name}, ${asked.scope}: create, read, search, update, patch, history, delete`, async (t) => {
		const person = { email: `${name}@test.example`, patient: profiles.patient };
		const { access_token } = await tokenFor(server, asked, person);
		const app = sessionAt(base, access_token);
		for (const resource of resources) {
			const { resourceType: type } = resource;
			const made = await app.post(`/fhir/${type}`, resource);
			t.equal(made.status, 201, `${type}: ${made.text}`);
			const at = `/fhir/${type}/${made.body?.id}`;
			t.equal((await app.get(at)).status, 200, type);
			t.ok((await app.get(`/fhir/${type}?_id=${made.body?.id}`)).body.entry?.length, `${type} is found`);
			const updated = await app.put(at, { ...made.body, language: "en" });
			t.equal(updated.status, 200, `${type}: ${updated.text}`);
			const patched = await app.patch(at, [{ op: "add", path: "/language", value: "de" }], {
				"content-type": "application/json-patch+json",
			});
			t.equal(patched.status, 200, `${type}: ${patched.text}`);
			t.equal((await app.get(`${at}/_history`)).body.entry?.length, 3, type);
			t.equal((await app.delete(at)).status, 204, type);
			t.equal((await app.get(at)).status, 410, type);
		}
		const patient = (await app.get(`/fhir/Patient/${profiles.patient}`)).body;
		const changed = await app.put(`/fhir/Patient/${profiles.patient}`, { ...patient, language: "en" });
		t.equal(changed.status, 200, changed.text);
		const bundle = {
			resourceType: "Bundle",
			type: "transaction",
			entry: resources.map((resource) => ({ resource, request: { method: "POST", url: resource.resourceType } })),
		};
		const stored = await app.post("/fhir", bundle);
		t.equal(stored.status, 200, stored.text);
	});
}

t.test("a right natively refused is refused through an app as well", async (t) => {
	const { access_token } = await tokenFor(
		server,
		{ scope: "launch/patient patient/*.cruds" },
		{ email: "patient@test.example" },
	);
	const app = sessionAt(base, access_token);
	t.equal((await app.post("/fhir/Patient", { resourceType: "Patient", name: [{ text: "New" }] })).status, 403);
	const own = await server.as("patient@test.example");
	const [byApp, natively] = [
		await app.delete(`/fhir/Patient/${profiles.patient}`),
		await own.delete(`/fhir/Patient/${profiles.patient}`),
	];
	t.ok([403, 409].includes(byApp.status), "patients delete no profiles");
	t.equal(byApp.status, natively.status);
});
