import t from "tap";
import { startTestServer } from "../../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");

async function medication(values: object): Promise<number> {
	const made = await patient.post("/api/medications", { name: "Metoprolol", ...values });
	if (made.status !== 201) throw new Error(made.text);
	return made.body.id;
}

const twice = await medication({
	dosage: "25mg",
	frequency: "twice daily",
	timeOfDay: "morning and evening",
	startDate: "2026-03-07",
	endDate: "2026-03-09",
});

t.test("doses are logged: now and as much as prescribed, or as said", async (t) => {
	const logged = await patient.post(`/api/medications/${twice}/log`, { takenAt: "2026-03-07T08:10:00-05:00" });
	t.equal(logged.status, 201, logged.text);
	t.equal(logged.headers.get("location"), `/api/medication-logs/${logged.body.id}`);
	t.match(logged.body, { medicationId: twice, userId: people.patient, dosageTaken: "25mg", notes: null });
	t.same((await patient.get(`/api/medication-logs/${logged.body.id}`)).body, logged.body);
	const half = { takenAt: "2026-03-08T18:30:00-04:00", dosageTaken: "12.5mg", notes: "dizzy" };
	t.match((await therapist.post(`/api/medications/${twice}/log`, half)).body, {
		...half,
		takenAt: "2026-03-08T22:30:00.000Z",
	});
	const now = await patient.post(`/api/medications/${await medication({})}/log`, {});
	t.ok(Math.abs(Date.parse(now.body.takenAt) - Date.now()) < 60_000);
	t.equal(now.body.dosageTaken, null);
	for (const [body, path] of [
		[{ takenAt: "today" }, "takenAt"],
		[{ medicationId: 1 }, "medicationId"],
		[{ notes: "a\u0000" }, "notes"],
	] as const) {
		const refused = await patient.post(`/api/medications/${twice}/log`, body);
		t.equal(refused.status, 400);
		t.equal(refused.body.errors[0].path, path);
	}
	const page = await patient.get(`/api/medications/${twice}/logs?limit=1`);
	t.equal(page.body.data[0].takenAt, "2026-03-08T22:30:00.000Z");
	const next = await patient.get(`/api/medications/${twice}/logs?limit=1&cursor=${page.body.nextCursor}`);
	t.equal(next.body.data[0].id, logged.body.id);
	t.equal(next.body.nextCursor, null);
	t.same((await patient.get(`/api/medications/${twice}/logs?from=2026-04-01`)).body.data, []);
});

t.test("adherence to one, with every dose", async (t) => {
	const { status, body } = await patient.get(`/api/medications/${twice}/adherence?from=2026-03-01&to=2026-03-31`);
	t.equal(status, 200);
	t.match(body, { from: "2026-03-01", to: "2026-03-31", medicationId: twice, notCounted: null });
	t.match(body.regimen, { kind: "scheduled", words: "2 doses a day, at 08:00 and 18:00", times: ["08:00", "18:00"] });
	t.match(body, { expected: 6, taken: 2, missed: 4, pending: 0, extra: 0, rate: 0.333 });
	t.same(
		body.doses.map(({ due, state }: { due: string; state: string }) => `${due} ${state}`),
		[
			"2026-03-07T13:00:00.000Z taken",
			"2026-03-07T23:00:00.000Z missed",
			// Clocks were put forward that night.
			"2026-03-08T12:00:00.000Z missed",
			"2026-03-08T22:00:00.000Z taken",
			"2026-03-09T12:00:00.000Z missed",
			"2026-03-09T22:00:00.000Z missed",
		],
	);
});

t.test("what nothing is expected of is said, and what has no place in the days is left out", async (t) => {
	const given = {
		needed: await medication({ name: "Nitro", frequency: "PRN" }),
		odd: await medication({ name: "Odd", frequency: "as directed", startDate: "2026-01-01" }),
		ended: await medication({ name: "Ended", frequency: "daily", isActive: false }),
		later: await medication({ name: "Later", frequency: "daily", startDate: "2027-01-01" }),
		weekly: await medication({ name: "Weekly", frequency: "weekly", startDate: "2026-03-02" }),
	};
	await patient.post(`/api/medications/${given.needed}/log`, { takenAt: "2026-03-08T12:00:00Z" });
	const { body } = await therapist.get(
		`/api/medications/adherence?userId=${people.patient}&from=2026-03-02&to=2026-03-15`,
	);
	const of = (id: number) => body.medications.find((one: { medicationId: number }) => one.medicationId === id);
	t.match(of(given.needed), { notCounted: /when it is needed/, expected: 0, extra: 1, rate: null });
	t.match(of(given.odd), { notCounted: /not understood/, regimen: { kind: "not-understood", words: /directed/ } });
	t.equal(of(given.ended), undefined);
	t.equal(of(given.later), undefined);
	t.match(of(given.weekly), { expected: 2, missed: 2 });
	t.match(body, { expected: 8, taken: 2, extra: 1, rate: 0.25, timezone: "America/New_York" });
	t.notOk("doses" in of(given.weekly));
	t.match((await patient.get(`/api/medications/${given.ended}/adherence`)).body, { notCounted: /no end date/ });
});

t.test("what is taken today", async (t) => {
	const { body } = await patient.get("/api/medications/active");
	const names = body.data.map(({ name }: { name: string }) => name);
	t.same(names, ["Metoprolol", "Nitro", "Odd", "Weekly"]);
	t.match(body.data[3], { frequency: "weekly", regimen: { kind: "scheduled", words: "1 dose a week" } });
});

t.test("wrong ranges are 400, others' medications 404", async (t) => {
	for (const query of ["from=2026-03-02&to=2026-03-01", "from=2024-01-01&to=2026-01-01", "to=x", "day=1"]) {
		t.equal((await patient.get(`/api/medications/adherence?${query}`)).status, 400, query);
		t.equal((await patient.get(`/api/medications/${twice}/adherence?${query}`)).status, 400, query);
	}
	const other = await server.as("other@test.example");
	for (const session of [therapist2, other]) {
		for (const path of [
			`${twice}/adherence`,
			`${twice}/logs`,
			`adherence?userId=${people.patient}`,
			"999999/logs",
			"x/logs",
		])
			t.equal((await session.get(`/api/medications/${path}`)).status, 404, path);
		t.equal((await session.post(`/api/medications/${twice}/log`, {})).status, 404);
	}
	t.equal((await patient.get(`/api/medications/${twice}/log`)).status, 405);
});

t.test("twenty logs at once are twenty, and one of them is the dose", async (t) => {
	const daily = await medication({ frequency: "daily", startDate: "2026-03-20", endDate: "2026-03-20" });
	const sent = Array.from({ length: 20 }, () =>
		patient.post(`/api/medications/${daily}/log`, { takenAt: "2026-03-20T12:00:00Z" }),
	);
	t.ok((await Promise.all(sent)).every(({ status }) => status === 201));
	t.match((await patient.get(`/api/medications/${daily}/adherence?from=2026-03-20&to=2026-03-20`)).body, {
		expected: 1,
		taken: 1,
		extra: 19,
	});
});
