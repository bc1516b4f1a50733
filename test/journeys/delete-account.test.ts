import pg from "pg";
import t from "tap";
import { testPassword } from "../support/people.ts";
import { marker, secretRecord } from "../support/secret-record.ts";
import { sessionAt, startTestServer } from "../support/server.ts";

const server = await startTestServer(t);
const elsewhere = await server.beside();
const { people } = server;
const { profiles } = people;
const therapist = await server.as("therapist@test.example");
const admin = await server.as("admin@test.example");
const patient = await server.as("patient@test.example");
const other = await server.as("other@test.example");
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const url = "/api/users/account";
const remove = (session: typeof patient, body: unknown = { password: testPassword }) => {
	return fetch(server.base + url, {
		method: "DELETE",
		headers: { authorization: `Bearer ${session.token}`, "content-type": "application/json" },
		body: JSON.stringify(body),
	}).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
};

/** Every place of the database that has a text, as `schema.table: n`. */
async function places(text: string): Promise<string[]> {
	const tables = await owner.query<{ name: string }>(
		"select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'fhir', 'auth', 'alerting', 'devices', 'calendar', 'audit')",
	);
	const found: string[] = [];
	for (const { name } of tables.rows) {
		const { rows } = await owner.query(`select count(*)::int as n from ${name} t where t::text ilike $1`, [
			`%${text}%`,
		]);
		if (rows[0].n > 0) found.push(`${name}: ${rows[0].n}`);
	}
	return found;
}

t.test("who may not, and what has to be done first", async (t) => {
	t.equal((await remove(patient, { password: "wrong" })).status, 403);
	t.equal((await remove(patient, {})).status, 400);
	t.equal((await server.stranger.delete(url)).status, 401);
	const refused = await remove(therapist);
	t.equal(refused.status, 409);
	t.match(refused.text, /2 patients are in your care.*assign-therapist/);
	const last = await remove(admin);
	t.equal(last.status, 409);
	t.match(last.text, /only administrator/);
	t.equal((await patient.get("/api/auth/me")).status, 200, "nothing has happened");
});

t.test("nothing says any more whose the data are; the data are there", async (t) => {
	const record = await secretRecord(server, therapist);
	const name = "Paula Zwergmann-Öztürk";
	await admin.patch(`/api/patients/${profiles.patient}`, {
		firstName: "Paula",
		lastName: "Zwergmann-Öztürk",
		name,
		dateOfBirth: "1961-07-23",
		streetAddress: "12 Rosenallee",
		primaryPhone: "+1 555 0199",
		insurancePolicyNumber: "POL-778812",
	});
	await patient.put("/api/users/profile", { name, phoneNumber: "+1 555 0199", emergencyContact: "Quentin Quast" });
	await patient.post("/api/vitals", { recordedAt: "2026-03-01T08:00:00Z", heartRate: 61, notes: `${name} felt well` });
	const vitals = await patient.post("/api/vitals", {
		recordedAt: "2026-03-02T08:00:00Z",
		heartRate: 62,
		notes: `as ${name} said`,
	});
	await patient.patch(`/api/vitals/${vitals.body.id}`, { notes: "changed" });
	const fhirPatient = (await therapist.get(`/fhir/Patient/${profiles.patient}`)).body;
	const put = await therapist.put(`/fhir/Patient/${profiles.patient}`, {
		...fhirPatient,
		photo: [{ url: "http://photos.example/rosenallee.png" }],
		contact: [{ name: { text: "Quentin Quast" } }],
		identifier: [{ system: "urn:mrn", value: "MRN-4711-XY" }],
	});
	t.equal(put.status, 200, put.text);
	const condition = {
		resourceType: "Condition",
		subject: { reference: `Patient/${profiles.patient}`, display: name },
		code: { text: "Hypertension" },
		note: [{ text: `Seen with ${name} at home` }],
		text: { status: "generated", div: `<div xmlns="http://www.w3.org/1999/xhtml">${name}</div>` },
	};
	const made = await therapist.post("/fhir/Condition", condition);
	await therapist.put(`/fhir/Condition/${made.body.id}`, { ...made.body, code: { text: "Hypertension, mild" } });
	const related = await therapist.post("/fhir/RelatedPerson", {
		resourceType: "RelatedPerson",
		patient: { reference: `Patient/${profiles.patient}` },
		name: [{ family: "Quast", given: ["Quentin"] }],
		telecom: [{ system: "phone", value: "555-7654" }],
	});
	t.equal(related.status, 201, related.text);

	t.ok((await places("Zwergmann")).length > 3);
	const answer = await remove(patient);
	t.equal(answer.status, 200, answer.text);
	const said = JSON.parse(answer.text);
	t.match(said, { userId: people.patient, patients: 1 });
	t.ok(said.revoked.sessions >= 1 && said.anonymised.length > 0 && said.kept.length > 0);

	for (const word of [
		"Zwergmann",
		"Quast",
		"Rosenallee",
		"555 0199",
		"555-7654",
		"POL-778812",
		"patient@test.example",
		"MRN-4711",
		"1961-07-23",
	])
		t.same(await places(word), [], word);
	for (const session of [patient, sessionAt(elsewhere, patient.token)])
		t.equal((await session.get("/api/auth/me")).status, 401);
	await t.rejects(server.as("patient@test.example"));

	const profile = await therapist.get(`/api/patients/${profiles.patient}`);
	t.match(profile.body, {
		name: "Deleted patient",
		firstName: null,
		dateOfBirth: "1961-01-01",
		isActive: false,
		therapistId: people.therapist,
	});
	t.equal((await therapist.get(`/api/vitals/${vitals.body.id}`)).body.heartRate, 62, "clinical rows stay");
	const past = await therapist.get(`/fhir/Observation/vs-${vitals.body.id}-hr/_history`);
	t.ok(past.body.entry.length >= 1, "with their history");
	const stays = await therapist.get(`/fhir/Condition/${made.body.id}`);
	t.match(stays.body, { code: { text: "Hypertension, mild" }, note: [{ text: "Seen with [removed] at home" }] });
	t.match((await therapist.get(`/fhir/Condition/${made.body.id}/_history/1`)).body, { code: { text: "Hypertension" } });
	t.equal(
		(await therapist.get(`/fhir/Condition/${made.body.id}/_history`)).body.total,
		2,
		"no version more, none less",
	);
	t.equal((await therapist.get(`/fhir/Condition?patient=${profiles.patient}&_summary=count`)).body.total > 0, true);
	const read = await therapist.get(`/fhir/Patient/${profiles.patient}`);
	t.equal(read.status, 200);
	t.notMatch(read.text, /photo|contact|identifier/);
	for (const [table, id] of record.rows) {
		if (["users", "patients", "auth"].includes(table)) continue;
		const { rows } = await owner.query(`select count(*)::int as n from ${table} where id = $1`, [id]);
		t.equal(rows[0].n, 1, `${table} is kept`);
	}
	t.ok((await places(marker)).length > 0);
	const tokens = await owner.query("select access_token, refresh_token from device_connections where user_id = $1", [
		people.patient,
	]);
	t.ok(tokens.rows.every((row) => row.access_token === null && row.refresh_token === null));
	const again = await server.stranger.post("/api/auth/register", {
		email: "patient@test.example",
		password: "a new beginning",
		name: "New",
	});
	t.equal(again.status, 201, "the address is free");
});

t.test("others are as they were; of two at once one deletes", async (t) => {
	t.match((await other.get("/api/users/profile")).body, { name: "Test other" });
	const answers = await Promise.all([remove(other), remove(other), remove(other)]);
	t.same(
		answers.map(({ status }) => status).filter((status) => status === 200),
		[200],
		answers.map(({ text }) => text).join(),
	);
	t.notMatch(server.logged.join("\n"), /Zwergmann|test\.example/);
});

t.test("a therapist without patients goes", async (t) => {
	await admin.post(`/api/patients/${profiles.other}/assign-therapist`, { therapistId: people.therapist });
	const session = await server.as("therapist2@test.example");
	t.equal((await remove(session)).status, 200);
	t.match((await admin.get(`/api/users/${people.therapist2}`)).body, {
		name: "Deleted account",
		email: /deleted\.invalid$/,
	});
	const assigned = await admin.post(`/api/patients/${profiles.other}/assign-therapist`, {
		therapistId: people.therapist2,
	});
	t.equal(assigned.status, 400, "and gets none any more");
});
