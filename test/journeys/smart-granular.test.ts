import t from "tap";
import { type Session, sessionAt, startTestServer } from "../support/server.ts";
import { addTestApps, tokenFor } from "../support/smart.ts";

// Scopes with conditions of every kind of parameter (SMART App Launch 2.2, “Finer-grained resource constraints using search parameters”): an
// app sees just what the person's own search with the same parameter finds, by every road, and writes nothing else.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const subject = { reference: `Patient/${people.profiles.patient}` };
const patient = { email: "patient@test.example" };
const own = await server.as("therapist@test.example");

const created = async (resource: object): Promise<string> => {
	const answer = await own.post(`/fhir/${(resource as { resourceType: string }).resourceType}`, resource);
	if (answer.status !== 201) throw new Error(answer.text);
	return answer.body.id;
};

const encounter = await created({ resourceType: "Encounter", status: "finished", class: { code: "AMB" }, subject });
const observation = (code: string, more: object) => ({
	resourceType: "Observation",
	status: "final",
	code: { coding: [{ system: "http://loinc.org", code }] },
	subject,
	...more,
});
const pulse = (value: number, at: string, more: object = {}) =>
	observation("8867-4", {
		effectiveDateTime: at,
		valueQuantity: { value, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
		...more,
	});
// Rows, rows with a residue beside them, and bodies stored whole.
await created(pulse(71, "2025-03-01T08:00:00Z"));
await created(pulse(150, "2026-03-01T08:00:00Z"));
await created(pulse(88, "2026-04-01T08:00:00Z", { encounter: { reference: `Encounter/${encounter}` } }));
await created(
	pulse(90, "2026-05-01T08:00:00Z", { status: "amended", meta: { profile: ["http://x.example/profile"] } }),
);
await created(
	observation("1-8", { effectivePeriod: { start: "2026-01-01", end: "2026-06-01" }, valueString: "Ünder the line" }),
);
await created(observation("2-7", { effectiveDateTime: "2024", valueQuantity: { value: 5.4, unit: "mg" } }));

const conditions = [
	"date=ge2026",
	"date=lt2026",
	"date=ge2026-03&date=lt2026-05",
	"date=2026-03-01",
	"value-quantity=gt80",
	"value-quantity=150|http://unitsofmeasure.org|/min",
	"value-quantity=5.4||mg",
	`encounter=Encounter/${encounter}`,
	`encounter:Encounter=${encounter}`,
	"encounter:missing=true",
	"value-string=under",
	"value-string:contains=line",
	"value-string:exact=%C3%9Cnder%20the%20line",
	"status=amended",
	"code:not=8867-4",
	"_profile=http://x.example/profile",
	"code=8867-4&value-quantity=lt100&date=ge2026",
	`patient=Patient/${people.profiles.patient}`,
	"date=lt1990",
];

const idsOf = async (session: Session, path: string): Promise<string[]> => {
	const answer = await session.get(path);
	if (answer.status !== 200) throw new Error(`${path} ${answer.text}`);
	const all = (answer.body.entry ?? []).map((one: { resource?: { resourceType: string; id: string } }) => one.resource);
	return all
		.flatMap((one: { resourceType: string; id: string } | undefined) =>
			one?.resourceType === "Observation" ? [one.id] : [],
		)
		.sort();
};

const person = await server.as(patient.email);
const everything = await idsOf(person, "/fhir/Observation?_count=100");

for (const condition of conditions) {
	t.test(condition, async (t) => {
		const scope = `patient/Observation.rs?${condition}`;
		const { access_token, scope: granted } = await tokenFor(
			server,
			{ scope: `launch/patient ${scope} patient/Patient.rs` },
			patient,
		);
		t.ok(granted.split(" ").includes(scope), granted);
		const app = sessionAt(base, access_token);
		const expected = await idsOf(person, `/fhir/Observation?_count=100&${condition}`);
		t.same(await idsOf(app, "/fhir/Observation?_count=100"), expected, "search");
		t.equal((await app.get("/fhir/Observation?_summary=count")).body.total, expected.length, "total");
		t.same(
			await idsOf(app, "/fhir/Observation?_count=100&code=8867-4"),
			await idsOf(person, `/fhir/Observation?_count=100&code=8867-4&${condition}`),
			"another condition beside it",
		);
		t.same(
			await idsOf(app, `/fhir/Patient?_id=${people.profiles.patient}&_revinclude=Observation:subject`),
			expected,
			"revinclude",
		);
		t.same([...new Set(await idsOf(app, "/fhir/Observation/_history?_count=100"))], expected, "history of the type");
		for (const id of everything) {
			const status = expected.includes(id) ? 200 : 404;
			t.equal((await app.get(`/fhir/Observation/${id}`)).status, status, `read ${id}`);
			t.equal((await app.get(`/fhir/Observation/${id}/_history`)).status, status, `history ${id}`);
			t.equal((await app.get(`/fhir/Observation/${id}/_history/1`)).status, status, `vread ${id}`);
		}
	});
}

t.test("writes: what is written meets the condition, and what it replaces did", async (t) => {
	const scope = "launch/patient patient/Observation.cruds?date=ge2026&value-quantity=lt100";
	const { access_token } = await tokenFor(server, { scope }, patient);
	const app = sessionAt(base, access_token);
	const good = await app.post("/fhir/Observation", pulse(70, "2026-06-01T08:00:00Z"));
	t.equal(good.status, 201, good.text);
	t.equal((await app.post("/fhir/Observation", pulse(70, "2025-06-01T08:00:00Z"))).status, 403);
	t.equal((await app.post("/fhir/Observation", pulse(100, "2026-06-01T08:00:00Z"))).status, 403);
	const { id } = good.body;
	t.equal((await app.put(`/fhir/Observation/${id}`, { ...pulse(99, "2026-06-01T08:00:00Z"), id })).status, 200);
	t.equal(
		(await app.put(`/fhir/Observation/${id}`, { ...pulse(120, "2026-06-01T08:00:00Z"), id })).status,
		403,
		"nothing leaves it",
	);
	const [old] = await idsOf(person, "/fhir/Observation?date=2025-03-01");
	t.equal(
		(await app.put(`/fhir/Observation/${old}`, { ...pulse(70, "2026-06-01T08:00:00Z"), id: old })).status,
		403,
		"nor enters it",
	);
	t.ok([403, 404].includes((await app.delete(`/fhir/Observation/${old}`)).status));
	t.equal((await app.delete(`/fhir/Observation/${id}`)).status, 204);
});

t.test("a version is judged by what it said then", async (t) => {
	const made = await own.post("/fhir/Observation", pulse(70, "2025-07-01T08:00:00Z"));
	const { id } = made.body;
	t.equal((await own.put(`/fhir/Observation/${id}`, { ...pulse(70, "2026-07-01T08:00:00Z"), id })).status, 200);
	const { access_token } = await tokenFor(
		server,
		{ scope: "launch/patient patient/Observation.rs?date=ge2026-07" },
		patient,
	);
	const app = sessionAt(base, access_token);
	t.equal((await app.get(`/fhir/Observation/${id}`)).status, 200);
	t.equal((await app.get(`/fhir/Observation/${id}/_history/1`)).status, 404);
	t.equal((await app.get(`/fhir/Observation/${id}/_history/2`)).status, 200);
	t.equal((await app.get(`/fhir/Observation/${id}/_history`)).body.entry.length, 1);
});

t.test("in a bundle it is the reference that is stored that counts", async (t) => {
	const scope = `launch/patient patient/Encounter.cruds patient/Observation.cruds?encounter=Encounter/${encounter}`;
	const { access_token } = await tokenFor(server, { scope }, patient);
	const app = sessionAt(base, access_token);
	const bundle = (fullUrl: string, reference: string) => ({
		resourceType: "Bundle",
		type: "transaction",
		entry: [
			{
				fullUrl,
				resource: { resourceType: "Encounter", status: "planned", class: { code: "AMB" }, subject },
				request: { method: "POST", url: "Encounter" },
			},
			{
				...(fullUrl.startsWith("http") ? { fullUrl: "https://x.example/Observation/1" } : {}),
				resource: pulse(70, "2026-06-01T08:00:00Z", { encounter: { reference } }),
				request: { method: "POST", url: "Observation" },
			},
		],
	});
	const uuid = "urn:uuid:8f2a9d2c-6d8a-4a53-9e2b-2f1f6f0d7f21";
	const elsewhere = [
		[uuid, uuid],
		[`https://x.example/Encounter/${encounter}`, `https://x.example/Encounter/${encounter}`],
		[`https://x.example/Encounter/${encounter}`, `Encounter/${encounter}`],
	] as const;
	for (const [fullUrl, reference] of elsewhere) {
		const answer = await app.post("/fhir", bundle(fullUrl, reference));
		t.ok(answer.status >= 400 && answer.status < 500, `${fullUrl} ${reference}: ${answer.status}`);
	}
	const answer = await app.post(
		"/fhir",
		bundle("urn:uuid:8f2a9d2c-6d8a-4a53-9e2b-2f1f6f0d7f21", `Encounter/${encounter}`),
	);
	t.equal(answer.status, 200, answer.text);
});

t.test("conditions that other resources would decide are not granted", async (t) => {
	for (const condition of [
		"subject:Patient.name=x",
		"_has:Provenance:target:agent=x",
		"_id=1",
		"code:in=http://x.example/vs",
	]) {
		const { scope } = await tokenFor(
			server,
			{ scope: `launch/patient patient/Observation.rs?${condition} patient/Patient.rs` },
			patient,
		);
		t.equal(scope, "launch/patient patient/Patient.rs", condition);
	}
	const admin = await server.as("admin@test.example");
	const answer = await admin.post("/api/admin/clients", {
		name: "x",
		authMethod: "none",
		redirectUris: ["https://x.example/"],
		scopes: "patient/Observation.rs?subject:Patient.name=x",
	});
	t.equal(answer.status, 400);
	t.match(answer.body.errors[0].message, /cannot be granted here/);
});
