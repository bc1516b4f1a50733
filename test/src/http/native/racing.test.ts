import t from "tap";
import { sessionAt, startTestServer } from "../../../support/server.ts";

// Two people of a clinic change one row at once, over two servers: one wins and the others hear of it, or each change is whole.

const server = await startTestServer(t);
const { people } = server;
const therapist = await server.as("therapist@test.example");
const admin = await server.as("admin@test.example");
const beside = await server.beside();
const four = [therapist, admin, sessionAt(beside, therapist.token), sessionAt(beside, admin.token)];
const recordedAt = "2026-03-01T08:00:00.000Z";

/** Twenty at once, in turn by each of the four. */
function twenty<T>(send: (session: (typeof four)[number], n: number) => Promise<T>): Promise<T[]> {
	return Promise.all(Array.from({ length: 20 }, (_, n) => send(four[n % 4] as (typeof four)[number], n)));
}

async function made(): Promise<{ url: string; etag: string }> {
	const answer = await therapist.post("/api/vitals", { userId: people.patient, recordedAt, heartRate: 1 });
	return { url: `/api/vitals/${answer.body.id}`, etag: answer.headers.get("etag") ?? "" };
}

for (const method of ["put", "patch"] as const) {
	t.test(`${method} of one version: one is done, nineteen are told`, async (t) => {
		const { url, etag } = await made();
		const answers = await twenty((session, n) =>
			session[method](url, { recordedAt, heartRate: 50 + n, notes: `by ${n}` }, { "if-match": etag }),
		);
		const done = answers.filter(({ status }) => status === 200);
		t.equal(done.length, 1);
		t.equal(answers.filter(({ status }) => status === 412).length, 19);
		t.same((await admin.get(url)).body, done[0]?.body, "what is there is what the one was answered");
	});
}

t.test("put without a version: the last one stands whole, never a mixture", async (t) => {
	const { url } = await made();
	const answers = await twenty((session, n) =>
		session.put(url, { recordedAt, heartRate: 50 + n, weight: 150 + n, notes: `by ${n}` }),
	);
	t.ok(answers.every(({ status }) => status === 200));
	t.equal(new Set(answers.map(({ headers }) => headers.get("etag"))).size, 20, "each made a version of its own");
	const { body } = await admin.get(url);
	t.same(body.weight - 150, body.heartRate - 50);
	t.equal(body.notes, `by ${body.heartRate - 50}`);
	const shown = answers.map((answer) => answer.body);
	t.ok(shown.every((row) => row.notes === `by ${row.heartRate - 50}` && row.weight === row.heartRate + 100));
});

t.test("delete and change of one version: one of them", async (t) => {
	const { url, etag } = await made();
	const answers = await twenty((session, n) =>
		n % 2 === 0
			? session.delete(url, { "if-match": etag })
			: session.patch(url, { heartRate: 50 + n }, { "if-match": etag }),
	);
	t.equal(answers.filter(({ status }) => status < 300).length, 1);
	t.ok(answers.every(({ status }) => [200, 204, 404, 412].includes(status)));
});

t.test("If-Match: lists, *, and what is no tag", async (t) => {
	const { url, etag } = await made();
	t.equal((await admin.patch(url, { notes: "a" }, { "if-match": `"0", ${etag}` })).status, 200);
	t.equal((await admin.patch(url, { notes: "b" }, { "if-match": "*" })).status, 200);
	t.equal((await admin.patch(url, { notes: "c" }, { "if-match": etag })).status, 412);
	t.equal((await admin.patch(url, { notes: "c" }, { "if-match": "3" })).status, 412);
	t.equal((await admin.delete(url, { "if-match": etag })).status, 412);
	const now = (await admin.get(url)).headers.get("etag") ?? "";
	t.equal((await admin.get(url, { "if-none-match": `"0", ${now}` })).status, 304);
	t.equal((await admin.get(url, { "if-none-match": etag })).status, 200);
});
