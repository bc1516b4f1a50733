import t from "tap";
import { sessionOf } from "../src/http/fhir/session.ts";
import { startTestServer } from "../support/server.ts";

// One therapist's patient, and everything another therapist (and another patient) might try to see or touch of them.
const server = await startTestServer(t);
const base = `${server.base}/fhir`;
const session = async (name: string) => sessionOf(base, (await server.as(`${name}@test.example`)).token);
const own = await session("therapist");
const patient = `Patient/${server.people.profiles.patient}`;
const observation = {
	resourceType: "Observation",
	status: "final",
	code: { text: "secret" },
	subject: { reference: patient },
	identifier: [{ system: "urn:test", value: "secret" }],
};
const created = await own.send("POST", "/Observation", observation);
const path = `/Observation/${created.body.id}`;

t.test("those whom it concerns see it", async (t) => {
	t.equal(created.status, 201);
	t.equal((await own.get(path)).status, 200);
	t.equal((await (await session("patient")).get(path)).status, 200);
});

for (const name of ["therapist2", "other", "patient2"]) {
	t.test(`${name} sees nothing of it and changes nothing`, async (t) => {
		const stranger = await session(name);
		for (const url of [path, `${path}/_history`, `${path}/_history/1`, `/${patient}`, `/${patient}/_history`]) {
			const answer = await stranger.get(url);
			t.equal(answer.status, 404, url);
			t.notMatch(answer.text, "secret");
		}
		for (const query of [
			"/Observation?identifier=urn:test|secret&_total=accurate",
			`/Observation?_id=${created.body.id}&_total=accurate`,
			"/Observation?_lastUpdated=gt2000&_total=accurate&_include=Observation:subject",
			`/Patient?_id=${patient.slice(8)}&_revinclude=Observation:subject&_total=accurate`,
			`/?_id=${created.body.id}&_total=accurate`,
		]) {
			const { status, body } = await stranger.get(query);
			t.equal(status, 200, query);
			t.equal(body.total, 0, query);
			t.equal(body.entry, undefined, query);
		}
		for (const url of ["/_history", "/Observation/_history"]) t.notMatch((await stranger.get(url)).text, "secret", url);
		const entry = [{ request: { method: "GET", url: path.slice(1) } }];
		const batch = await stranger.send("POST", "/", { resourceType: "Bundle", type: "batch", entry });
		t.match(batch.body.entry[0].response.status, /^404/);
		const put = await stranger.send("PUT", path, { ...observation, id: created.body.id, status: "amended" });
		t.ok([403, 404, 409].includes(put.status), `PUT ${put.status}`);
		await stranger.send("DELETE", path);
		await stranger.send("DELETE", "/Observation?identifier=urn:test|secret");
		const now = await own.get(path);
		t.equal(now.status, 200);
		t.equal(now.headers.get("etag"), 'W/"1"', "untouched");
	});
}

t.test("what was read is in the access log, with whom it was about", async (t) => {
	await own.get(path);
	const { Client } = (await import("pg")).default;
	const client = new Client({ connectionString: server.ownerUrl });
	await client.connect();
	const { rows } = await client.query(
		"select action, target, returned, patients from audit.access_log where action = 'read' order by at desc limit 1",
	);
	await client.end();
	t.match(rows[0], {
		action: "read",
		target: path.slice(1),
		returned: [path.slice(1)],
		patients: [server.people.patient],
	});
});
