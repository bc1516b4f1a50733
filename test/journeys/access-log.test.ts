import pg from "pg";
import t from "tap";
import { startTestServer } from "../support/server.ts";

// Who saw or changed what: noted before the answer, and for writes with the write.

const server = await startTestServer(t);
const therapist = await server.as("therapist@test.example");
const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 1 });
t.teardown(() => owner.end());
const { people } = server;

const subject = { reference: `Patient/${people.profiles.patient}` };
const observation = (text: string) => ({ resourceType: "Observation", status: "final", code: { text }, subject });
const post = (text: string) => ({ resource: observation(text), request: { method: "POST", url: "Observation" } });
const bundle = (type: string, ...entry: object[]) => ({ resourceType: "Bundle", type, entry });
const vitals = { userId: people.patient, recordedAt: "2026-01-01T10:00:00Z", heartRate: 61 };

interface Entry {
	readonly action: string;
	readonly target: string;
	readonly returned: string[] | null;
	readonly patients: number[] | null;
	readonly outcome: string;
}

/** What one request left. */
async function entriesOf(requestId: string): Promise<Entry[]> {
	const text =
		"select action, target, returned, patients, outcome from audit.access_log where request_id = $1 order by id";
	return (await owner.query<Entry>(text, [requestId])).rows;
}

t.test("a write and its entry are one: where the entry cannot be, nothing is done", async (t) => {
	const made = await therapist.post("/fhir/Observation", observation("before"));
	const row = await therapist.post("/api/vitals", vitals);
	const counting = "select (select count(*) from fhir.resource) + (select count(*) from vitals_samples) n";
	const stored = async () => Number((await owner.query<{ n: string }>(counting)).rows[0]?.n);
	const before = await stored();
	await owner.query("revoke insert on audit.access_log from heart_therapist");
	for (const answer of [
		await therapist.post("/fhir/Observation", observation("x")),
		await therapist.post("/fhir/Observation", observation("x"), { "idempotency-key": "k" }),
		await therapist.post("/fhir", bundle("transaction", post("x"), post("x"))),
		await therapist.put(`/fhir/Observation/${made.body.id}`, { ...observation("x"), id: made.body.id }),
		await therapist.delete(`/fhir/Observation/${made.body.id}`),
		await therapist.post("/api/vitals", vitals),
		await therapist.patch(`/api/vitals/${row.body.id}`, { heartRate: 99 }),
		await therapist.delete(`/api/vitals/${row.body.id}`),
	])
		t.ok(answer.status >= 400, answer.text);
	const batch = await therapist.post("/fhir", bundle("batch", post("x")));
	t.match(batch.body.entry[0].response.status, /^[45]/);
	t.equal(await stored(), before);
	await owner.query("grant insert on audit.access_log to heart_therapist");
	t.equal((await therapist.get(`/fhir/Observation/${made.body.id}`)).headers.get("etag"), 'W/"1"');
	t.equal((await therapist.get(`/api/vitals/${row.body.id}`)).body.heartRate, 61);
});

t.test("a batch: each write for itself, what its reads showed with the whole", async (t) => {
	const { body } = await therapist.post("/fhir/Observation", observation("read"));
	const get = { request: { method: "GET", url: `Observation/${body.id}` } };
	const answer = await therapist.post("/fhir", bundle("batch", post("a"), get, post("b")), {
		"x-request-id": "batch-1",
	});
	const ids = [0, 2].map((at) => answer.body.entry[at].response.location.match(/Observation\/([^/]+)/)?.[0]);
	const about = { patients: [people.patient], outcome: "success" };
	t.same(await entriesOf("batch-1"), [
		{ action: "create", target: "Observation", returned: [ids[0]], ...about },
		{ action: "create", target: "Observation", returned: [ids[1]], ...about },
		{ action: "batch", target: "Bundle", returned: [`Observation/${body.id}`], ...about },
	]);
});

t.test("a transaction: one entry that names everything", async (t) => {
	const answer = await therapist.post("/fhir", bundle("transaction", post("a"), post("b")), {
		"x-request-id": "whole-1",
	});
	const ids = answer.body.entry.map(
		(one: { response: { location: string } }) => one.response.location.match(/Observation\/([^/]+)/)?.[0],
	);
	t.match(await entriesOf("whole-1"), [{ action: "transaction", target: "Bundle", returned: ids }]);
});

t.test("what is deleted is named, with whom it was about; what changes hands, with both", async (t) => {
	const about = (profile: number) => ({ ...observation("x"), subject: { reference: `Patient/${profile}` } });
	const { body } = await therapist.post("/fhir/Observation", observation("x"));
	const name = `Observation/${body.id}`;
	const moved = { ...about(people.profiles.patient2), id: body.id };
	await therapist.put(`/fhir/${name}`, moved, { "x-request-id": "move-1" });
	const [move] = await entriesOf("move-1");
	t.match(move, { action: "update", returned: [name] });
	t.same(new Set(move?.patients), new Set([people.patient, people.patient2]));
	const gone = await therapist.delete(`/fhir/${name}`, { "x-request-id": "gone-1", prefer: "return=OperationOutcome" });
	t.match(gone.body.issue[0].diagnostics, `${name} was deleted`);
	t.match(await entriesOf("gone-1"), [{ action: "delete", returned: [name], patients: [people.patient2] }]);
	const row = await therapist.post("/api/vitals", vitals);
	await therapist.delete(`/fhir/Observation/vs-${row.body.id}-hr`, { "x-request-id": "gone-2" });
	t.match(await entriesOf("gone-2"), [{ returned: [`Observation/vs-${row.body.id}-hr`], patients: [people.patient] }]);
	await therapist.delete(`/fhir/${name}`, { "x-request-id": "gone-3" });
	t.match(await entriesOf("gone-3"), [{ action: "delete", target: name, returned: [], patients: [] }]);
});
