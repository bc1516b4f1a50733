import pg from "pg";
import t from "tap";
import { heartRateOf } from "../support/observations.ts";
import { startTestServer } from "../support/server.ts";

// Bundles are worked on five at a time: those that have to wait keep nobody else waiting, and none of them keeps its place.

const server = await startTestServer(t);
const therapist = await server.as("therapist@test.example");
const patient = server.people.profiles.patient;
const transaction = (...entry: object[]) => ({ resourceType: "Bundle", type: "transaction", entry });
const created = (value: number) =>
	transaction({ resource: heartRateOf(patient, value), request: { method: "POST", url: "Observation" } });

t.test("while all places are held by Bundles that wait for a row, everything else is answered", async (t) => {
	const { body } = await therapist.post("/fhir/Observation", heartRateOf(patient, 60));
	const url = `Observation/${body.id}`;
	const other = new pg.Client({ connectionString: server.ownerUrl });
	await other.connect();
	t.teardown(() => other.end());
	await other.query("begin");
	await other.query("select from vitals_samples where id = $1 for update", [Number(/\d+/.exec(body.id)?.[0])]);
	let answered = 0;
	const put = transaction({ resource: { ...heartRateOf(patient, 61), id: body.id }, request: { method: "PUT", url } });
	const stuck = Array.from({ length: 5 }, () => therapist.post("/fhir", put).finally(() => answered++));
	await t.resolveMatch(waiting(5), true, "all places are held");
	const behind = Array.from({ length: 10 }, (_, n) =>
		therapist.post("/fhir", created(70 + n)).finally(() => answered++),
	);
	t.equal((await therapist.get(`/fhir/${url}`)).status, 200, "reads");
	t.equal((await therapist.post("/fhir/Observation", heartRateOf(patient, 62))).status, 201, "writes of one resource");
	t.equal(answered, 0, "no Bundle was answered");
	await other.query("commit");
	const all = await Promise.all([...stuck, ...behind]);
	t.same(
		all.map(({ status }) => status),
		all.map(() => 200),
	);
});

t.test("one that is refused gives its place to the next", async (t) => {
	const wrong = transaction({
		resource: heartRateOf(patient, 60, { status: "?" }),
		request: { method: "POST", url: "Observation" },
	});
	const answers = await Promise.all(
		Array.from({ length: 12 }, (_, n) => therapist.post("/fhir", n % 2 ? wrong : created(80))),
	);
	t.same(
		answers.map(({ status }) => status),
		answers.map((_, n) => (n % 2 ? 400 : 200)),
	);
	t.equal((await therapist.post("/fhir", "{")).status, 400, "nor does a body that is no JSON");
	t.equal((await therapist.post("/fhir", created(81))).status, 200);
});

/** Whether so many statements wait for a lock by now. */
async function waiting(count: number): Promise<boolean> {
	// Of its own, as within a transaction one sees what was going on when one first looked.
	const client = new pg.Client({ connectionString: server.ownerUrl });
	await client.connect();
	t.teardown(() => client.end());
	for (const end = Date.now() + 15_000; Date.now() < end; ) {
		const { rows } = await client.query(
			"select count(*)::int n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
		);
		if (rows[0].n >= count) return true;
	}
	return false;
}
