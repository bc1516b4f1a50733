import { request } from "node:http";
import pg from "pg";
import t, { type Test } from "tap";
import { answerBudget } from "../../src/http/fhir/answer-budget.ts";
import { chainBudget, searchLimits, spend } from "../../src/search/limits.ts";
import { type Answer, startTestServer } from "../support/server.ts";

// What one request may cost: more is refused, naming the limit, and the server goes on.

const server = await startTestServer(t, { statementTimeoutMilliseconds: 1500, poolSize: 2 });
const admin = await server.as("admin@test.example");
const therapist = await server.as("therapist@test.example");
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const form = { "content-type": "application/x-www-form-urlencoded" };
const many = (count: number, of: (at: number) => string, by = "&") =>
	Array.from({ length: count }, (_, at) => of(at)).join(by);

function tooCostly(t: Test, answer: Answer, words: RegExp): void {
	t.equal(answer.status, 400, answer.text.slice(0, 300));
	t.match(answer.body?.issue?.[0], { severity: "error", code: "too-costly", diagnostics: words });
}

t.test("a search for too much names the limit", async (t) => {
	const get = (query: string) => admin.get(`/fhir/${query}`);
	tooCostly(t, await get(`Observation?code=${many(501, String, ",")}`), /at most 500 values can be listed, not 501/);
	tooCostly(t, await get(`Patient?${many(51, (at) => `name=${at}`)}`), /at most 50 parameters, not 51/);
	tooCostly(t, await get(`Patient?_sort=${many(9, () => "name", ",")}`), /at most 8 sort keys, not 9/);
	tooCostly(
		t,
		await get(`Patient?${many(51, () => "_revinclude=Observation:subject")}`),
		/at most 50 references to _revinclude/,
	);
	tooCostly(
		t,
		await get(`Observation?${many(51, () => "_include=Observation:subject")}`),
		/at most 50 references to _include/,
	);
	const long = await admin.post(
		"/fhir/Patient/_search",
		many(50, () => `name=${"ü".repeat(200)}`),
		form,
	);
	tooCostly(t, long, /at most 32000 characters/);
	t.equal((await get(`Patient?_type=${many(200, () => "Patient", ",")}`)).status, 200);
	t.equal((await get(`?_type=${many(200, () => "Patient", ",")}`)).status, 200, "each type once");
});

t.test("chains: not through too many types, and quickly told", async (t) => {
	const began = performance.now();
	for (const depth of [2, 3, 4]) {
		const name = `${many(depth, () => "successor", ".")}._id`;
		tooCostly(t, await admin.get(`/fhir/EventDefinition?${name}=1`), /name the types in between/);
	}
	tooCostly(t, await admin.get("/fhir/Basic?a.b.c.d.e.f=1"), /at most 4 steps/);
	t.ok(performance.now() - began < 5000);
	const budget = chainBudget();
	for (let at = 0; at < searchLimits.chained; at++) spend(budget, "searches", "x");
	t.throws(() => spend(budget, "searches", "x"), /too many types|at most 10 char/);
});

t.test("a page of a thousand at most, and its links say so", async (t) => {
	const { body } = await admin.get("/fhir/Patient?_count=100000");
	t.match(body.link[0].url, /_count=1000$/);
	t.match((await admin.get("/fhir/Patient/_history?_count=100000")).status, 200);
	t.equal((await admin.get("/api/vitals?limit=501")).status, 400);
});

t.test("the links of the longest search can be followed", async (t) => {
	for (const value of ["a", "b"]) {
		await admin.post("/fhir/Organization", { resourceType: "Organization", name: value, identifier: [{ value }] });
	}
	const values = `a,b,${many(490, (at) => String(at).padStart(62, "x"), ",")}`;
	const page = await admin.post("/fhir/Organization/_search", `identifier=${values}&_count=1`, form);
	t.equal(page.body.entry.length, 1, page.text.slice(0, 200));
	const next = page.body.link.find((link: { relation: string }) => link.relation === "next").url;
	t.ok(next.length > 25_000);
	const second = await admin.get(next.slice(server.base.length));
	t.equal(second.status, 200);
	t.not(second.body.entry[0].resource.id, page.body.entry[0].resource.id);
});

t.test("more to include than a page may bring is told", async (t) => {
	await owner.query(
		`insert into vitals_samples (user_id, recorded_at, heart_rate)
		select $1, '2020-01-01'::timestamptz + n * interval '1 minute', 60 from generate_series(1, 1100) n`,
		[server.people.patient],
	);
	const { body } = await therapist.get("/fhir/Patient?_revinclude=Observation:subject");
	t.match(body.entry.at(-1), {
		search: { mode: "outcome" },
		resource: { issue: [{ severity: "warning", code: "incomplete" }] },
	});
	t.equal(body.entry.filter(({ search }: { search: { mode: string } }) => search.mode === "include").length, 1000);
	const few = await therapist.get("/fhir/Patient?_include=Patient:general-practitioner");
	t.notOk(few.body.entry.some(({ search }: { search: { mode: string } }) => search.mode === "outcome"));
});

t.test("a Bundle: its entries, and what its reads answer", async (t) => {
	const entry = Array.from({ length: 20_001 }, () => ({ request: { method: "GET", url: "Patient" } }));
	const answer = await admin.post("/fhir", { resourceType: "Bundle", type: "batch", entry });
	tooCostly(t, answer, /at most 20000 entries, not 20001/);
	t.equal(answer.body.issue[0].expression[0], "Bundle.entry");
	const budget = answerBudget(10);
	budget.spend("x".repeat(10));
	budget.check();
	t.throws(() => budget.spend("x"), /too many types|at most 10 char/);
	t.throws(() => budget.check(), /too many types|at most 10 char/);
});

t.test("a statement that takes too long is given up, and the connection is as good as before", async (t) => {
	const made = await therapist.post("/fhir/Observation", {
		resourceType: "Observation",
		status: "final",
		code: { text: "x" },
		subject: { reference: `Patient/${server.people.profiles.patient}` },
	});
	await owner.query("begin; lock table fhir.resource in access exclusive mode");
	const asked = Array.from({ length: 6 }, (_, at) =>
		at % 2 === 0
			? therapist.get(`/fhir/Observation/${made.body.id}`)
			: therapist.delete(`/fhir/Observation/${made.body.id}`),
	);
	const answers = await Promise.all(asked);
	await owner.query("rollback");
	for (const answer of answers) {
		// Who waited behind the others is told that the server is busy.
		t.ok([400, 503].includes(answer.status), answer.text);
		t.match(answer.body.issue[0].code, answer.status === 400 ? "too-costly" : "transient");
	}
	t.ok(answers.some(({ status }) => status === 400));
	t.comment(
		server.logged
			.filter((line) => line.includes('"level":50'))
			.slice(0, 2)
			.join("\n"),
	);
	t.equal((await therapist.get(`/fhir/Observation/${made.body.id}`)).status, 200);
});

t.test("headers that are too long are refused, and shorter ones than those of others' servers are not", async (t) => {
	const status = (length: number) =>
		new Promise<number | undefined>((resolve, reject) => {
			const sent = request(`${server.base}/health/live`, { headers: { "x-long": "y".repeat(length) } });
			sent.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
			sent.end();
		});
	t.equal(await status(30_000), 200);
	t.equal(await status(70_000), 431);
});
