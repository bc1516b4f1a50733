import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const patient = await server.as("patient@test.example");
const other = await server.as("other@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");
const admin = await server.as("admin@test.example");

const now = () => new Date().toISOString();
await patient.post("/api/vitals", { recordedAt: now(), heartRate: 140, oxygenSaturation: 92 });
await other.post("/api/vitals", { recordedAt: now(), temperature: 103 });

t.test(
	"what is recent, unread and read is each reader's own; whose alerts there are is the database's business",
	async (t) => {
		const recent = await therapist.get("/api/alerts/recent");
		t.equal(recent.status, 200, recent.text);
		t.same(
			recent.body.data.map(({ title, isRead, userId }: Record<string, unknown>) => [title, isRead, userId]).toSorted(),
			[
				["High heart rate", false, people.patient],
				["Low oxygen saturation", false, people.patient],
			],
		);
		const bySeverity = { low: 0, medium: 1, high: 0, critical: 1 };
		t.same((await therapist.get("/api/alerts/unread/count")).body, { count: 2, bySeverity });
		t.equal((await therapist2.get("/api/alerts/unread/count")).body.count, 1);
		t.equal((await admin.get("/api/alerts/unread/count")).body.count, 3);

		const { id } = recent.body.data[0];
		t.match((await therapist.patch(`/api/alerts/${id}/read`)).body, { id, isRead: true, isResolved: false });
		t.equal((await therapist.patch(`/api/alerts/${id}/read`)).status, 200, "again");
		t.equal((await therapist.get("/api/alerts/unread/count")).body.count, 1);
		t.equal((await patient.get("/api/alerts/unread/count")).body.count, 2, "the patient has not read it");
		t.equal((await therapist.get("/api/alerts/recent?unread=true")).body.data.length, 1);
		t.equal((await therapist.get("/api/alerts/recent?unread=false&limit=1")).body.data[0].id, id);

		t.same((await therapist.post(`/api/alerts/mark-all-read?userId=${people.patient2}`)).body, { marked: 0 });
		t.same((await therapist.post("/api/alerts/mark-all-read")).body, { marked: 1 });
		t.same((await therapist.post("/api/alerts/mark-all-read")).body, { marked: 0 });
		t.equal((await therapist2.get("/api/alerts/unread/count")).body.count, 1);
		t.equal((await admin.get("/api/alerts/unread/count")).body.count, 3);
		t.same((await admin.post("/api/alerts/mark-all-read")).body, { marked: 3 });

		for (const outsider of [other, therapist2]) {
			t.equal((await outsider.patch(`/api/alerts/${id}/read`)).status, 404);
			t.equal((await outsider.patch(`/api/alerts/${id}/resolve`)).status, 404);
			t.equal((await outsider.get(`/api/alerts/recent?userId=${people.patient}`)).status, 404);
		}
		t.equal((await server.stranger.get("/api/alerts/recent")).status, 401);
		t.equal((await therapist.get("/api/alerts/recent?limit=0")).status, 400);
		t.equal((await therapist.get("/api/alerts/recent?colour=red")).status, 400);
		t.equal((await therapist.patch("/api/alerts/none/read")).status, 404);
	},
);

t.test("resolving: once, by whoever may see it, with If-Match; two at once end it once", async (t) => {
	const [alert] = (await patient.get("/api/alerts/recent")).body.data;
	t.equal((await therapist.patch(`/api/alerts/${alert.id}/resolve`, undefined, { "if-match": 'W/"9"' })).status, 412);
	const [one, two] = await Promise.all([
		therapist.patch(`/api/alerts/${alert.id}/resolve`),
		patient.patch(`/api/alerts/${alert.id}/resolve`),
	]);
	t.same([one.status, two.status], [200, 200]);
	t.equal(one.body.resolvedAt, two.body.resolvedAt);
	t.match(one.body, { isResolved: true, isRead: true });
	t.equal(one.headers.get("etag"), two.headers.get("etag"));
	const again = await patient.patch(`/api/alerts/${alert.id}/resolve`);
	t.equal(again.body.resolvedAt, one.body.resolvedAt);
	t.equal((await patient.patch(`/api/alerts/${alert.id}`, { severity: "low" })).status, 403);
});

t.test("administrators change rules, which count at once on every server; nobody else sees them", async (t) => {
	for (const session of [patient, therapist]) {
		t.equal((await session.get("/api/admin/alert-rules")).status, 403);
		t.equal(
			(await session.put("/api/admin/alert-rules/oxygen-low", { enabled: false, levels: [], recovery: null })).status,
			403,
		);
		t.equal((await session.delete("/api/admin/alert-rules/oxygen-low")).status, 403);
	}
	const rules = (await admin.get("/api/admin/alert-rules")).body.data;
	t.ok(rules.length >= 15);
	const before = rules.find(({ id }: { id: string }) => id === "heart-rate-high");
	t.match(before, { enabled: true, changedAt: null, measures: ["heartRate"], condition: { kind: "above" } });

	const settings = { enabled: true, levels: [{ severity: "low", at: { heartRate: 90 } }], recovery: { heartRate: 80 } };
	const bad = await admin.put("/api/admin/alert-rules/heart-rate-high", { ...settings, recovery: { heartRate: 95 } });
	t.equal(bad.status, 400);
	t.match(bad.body.errors, [{ path: "recovery.heartRate" }]);
	t.equal(
		(
			await admin.put("/api/admin/alert-rules/heart-rate-high", {
				...settings,
				levels: [{ severity: "worst", at: {} }],
			})
		).status,
		400,
	);
	t.equal((await admin.put("/api/admin/alert-rules/nothing", settings)).status, 404);
	const changed = await admin.put("/api/admin/alert-rules/heart-rate-high", settings);
	t.equal(changed.status, 200, changed.text);
	t.match(changed.body, settings);
	t.ok(changed.body.changedAt);
	await sleep(100);
	const second = await server.as("patient2@test.example");
	await second.post("/api/vitals", { recordedAt: now(), heartRate: 91 });
	t.match((await second.get("/api/alerts/recent")).body.data, [{ title: "High heart rate", severity: "low" }]);

	t.equal((await admin.delete("/api/admin/alert-rules/heart-rate-high")).status, 200);
	t.same(
		(await admin.get("/api/admin/alert-rules")).body.data.find(({ id }: { id: string }) => id === "heart-rate-high"),
		before,
	);
});

t.test("what people do with alerts is in the access log", async (t) => {
	const pg = (await import("pg")).default;
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	const { rows } = await owner.query("select distinct target from audit.access_log where target like 'alert%'");
	await owner.end();
	const targets = rows.map(({ target }) => target.replace(/\d+/, "1"));
	for (const target of [
		"alerts/recent",
		"alerts/unread/count",
		"alerts/mark-all-read",
		"alerts/1",
		"alert-rules/heart-rate-high",
	])
		t.ok(targets.includes(target), target);
});
