import t from "tap";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);
const { people, stranger } = server;
const patient = await server.as("patient@test.example");
const therapist = await server.as("Therapist@Test.example");
const therapist2 = await server.as("therapist2@test.example");
const admin = await server.as("admin@test.example");
const recordedAt = "2026-03-01T08:00:00.000Z";

t.test("a patient's vitals: made, read, replaced, patched, deleted", async (t) => {
	const made = await patient.post("/api/vitals", { recordedAt, heartRate: 61, weight: 180.5 });
	t.equal(made.status, 201, made.text);
	t.equal(made.headers.get("location"), `/api/vitals/${made.body.id}`);
	t.equal(made.headers.get("etag"), 'W/"1"');
	t.match(made.body, { userId: people.patient, recordedAt, heartRate: 61, weight: 180.5, systolicBP: null });
	t.notOk("version" in made.body);
	const url = `/api/vitals/${made.body.id}`;
	const read = await patient.get(url);
	t.same(read.body, made.body);
	t.equal((await patient.get(url, { "if-none-match": 'W/"1"' })).status, 304);
	t.equal((await patient.get(`${url}/`)).status, 200, "a trailing slash is like none");
	const patched = await patient.patch(url, { heartRate: 62 }, { "if-match": 'W/"1"' });
	t.match(patched.body, { heartRate: 62, weight: 180.5 });
	t.equal(patched.headers.get("etag"), 'W/"2"');
	const replaced = await patient.put(url, { recordedAt, notes: "again" });
	t.match(replaced.body, { heartRate: null, weight: null, notes: "again", userId: people.patient });
	t.equal((await patient.put(url, replaced.body)).status, 200, "what was read can be sent back");
	t.equal((await patient.patch(url, { heartRate: 1 }, { "if-match": 'W/"1"' })).status, 412);
	t.equal((await patient.delete(url)).status, 204);
	t.equal((await patient.get(url)).status, 404);
	t.equal((await patient.delete(url)).status, 404);
});

t.test("wrong bodies are 400 and name the path", async (t) => {
	const wrong: [unknown, string][] = [
		[{ recordedAt, heartRate: "61" }, "heartRate"],
		[{ recordedAt, heartRate: 61.5 }, "heartRate"],
		[{ recordedAt, heartRate: -1 }, "heartRate"],
		[{ recordedAt: "yesterday" }, "recordedAt"],
		[{ heartRate: 61 }, "recordedAt"],
		[{ recordedAt, pulse: 61 }, "pulse"],
		[{ recordedAt, notes: "a\u0000b" }, "notes"],
		[{ recordedAt, id: 7 }, "id"],
		[{ recordedAt, oxygenSaturation: 101 }, "oxygenSaturation"],
		['{"recordedAt":', ""],
		["[]", ""],
	];
	for (const [body, path] of wrong) {
		const answer = await patient.post("/api/vitals", body);
		t.equal(answer.status, 400, JSON.stringify(body));
		t.match(answer.headers.get("content-type"), /^application\/problem\+json/);
		t.equal(answer.body.errors[0].path, path, answer.text);
	}
	t.equal((await patient.post("/api/vitals", "x", { "content-type": "text/csv" })).status, 415);
	t.equal((await patient.post("/api/vitals", { recordedAt, userId: people.other })).status, 403);
	const unnamed = await therapist.post("/api/vitals", { recordedAt });
	t.equal(unnamed.status, 400);
	t.equal(unnamed.body.errors[0].path, "userId");
	for (const userId of [people.other, 999999]) {
		const stolen = await therapist.post("/api/vitals", { recordedAt, userId });
		t.equal(stolen.status, 400);
		t.match(stolen.body.errors, [{ path: "userId", message: "userId names nothing that can be used here" }]);
	}
});

t.test("wrong queries are 400", async (t) => {
	for (const query of [
		"x=1",
		"limit=0",
		"limit=501",
		"limit=a",
		"cursor=abc",
		"sort=nothing",
		"from=2026-02-31",
		"to=soon",
		"heartRate=fast",
		"id=99999999999",
	]) {
		t.equal((await patient.get(`/api/vitals?${query}`)).status, 400, query);
	}
	t.equal((await patient.get("/api/vitals?notes=%E0%A4%A")).status === 500, false);
	t.equal((await patient.get("/api/vitals/%E0%A4%A")).status, 400);
	t.equal((await patient.get("/api/vitals/abc")).status, 404);
	t.equal((await patient.get("/api/nothing")).status, 404);
	t.equal((await patient.delete("/api/vitals")).status, 405);
});

t.test("no token is 401, whatever else is wrong", async (t) => {
	for (const answer of [
		await stranger.get("/api/vitals"),
		await stranger.post("/api/vitals", {}),
		await stranger.get("/api/users/1"),
		await stranger.get("/api/auth/me"),
	]) {
		t.equal(answer.status, 401);
		t.equal(answer.headers.get("www-authenticate"), "Bearer");
	}
});

t.test("cursors: nothing twice, nothing lost while rows are added", async (t) => {
	const ids: number[] = [];
	for (let at = 0; at < 25; at++) {
		const day = String(1 + (at % 5)).padStart(2, "0");
		const made = await patient.post("/api/vitals", {
			recordedAt: `2025-01-${day}T00:00:00Z`,
			...(at % 3 === 0 ? {} : { heartRate: 60 + (at % 4) }),
		});
		ids.push(made.body.id);
	}
	for (const sort of ["recordedAt", "-recordedAt", "heartRate", "-heartRate", "id", "-id"]) {
		const seen: number[] = [];
		let cursor: string | null = "";
		while (cursor !== null) {
			const page = await patient.get(
				`/api/vitals?limit=4&sort=${sort}&to=2025-01-05${cursor === "" ? "" : `&cursor=${cursor}`}`,
			);
			t.equal(page.status, 200, page.text);
			seen.push(...page.body.data.map(({ id }: { id: number }) => id));
			cursor = page.body.nextCursor as string | null;
			await patient.post("/api/vitals", { recordedAt: "2024-12-01T00:00:00Z", heartRate: 1 });
		}
		const mine = seen.filter((id) => ids.includes(id));
		t.equal(new Set(seen).size, seen.length, `${sort}: nothing twice`);
		t.same(
			[...mine].sort((a, b) => a - b),
			ids,
			`${sort}: nothing lost`,
		);
	}
	const page = await patient.get("/api/vitals?limit=4");
	t.equal((await patient.get(`/api/vitals?sort=id&cursor=${page.body.nextCursor}`)).status, 400);
	t.equal((await patient.get("/api/vitals?from=2025-01-02&to=2025-01-03&limit=500")).body.data.length, 10);
	t.ok(
		(await patient.get("/api/vitals?heartRate=61&limit=500")).body.data.every(
			(row: { heartRate: number }) => row.heartRate === 61,
		),
	);
});

t.test("two therapists: neither sees the other's", async (t) => {
	const made = await therapist.post("/api/medications", {
		userId: people.patient,
		name: "Aspirin",
		dosage: "81 mg",
		frequency: "daily",
		startDate: "2026-01-01",
	});
	t.equal(made.status, 201, made.text);
	const url = `/api/medications/${made.body.id}`;
	t.equal((await therapist2.get(url)).status, 404);
	t.equal((await therapist2.patch(url, { name: "x" })).status, 404);
	t.equal((await therapist2.delete(url)).status, 404);
	t.same((await therapist2.get(`/api/medications?userId=${people.patient}`)).body.data, []);
	t.equal((await therapist2.get(`/api/patients/${people.profiles.patient}`)).status, 404);
	t.equal((await therapist2.get(`/api/users/${people.patient}`)).status, 404);
	t.equal((await therapist.get(`/api/users/${people.patient}`)).status, 200);
	t.equal((await therapist.patch(`/api/users/${people.patient}`, { name: "x" })).status, 403);
	t.equal((await patient.patch(`/api/users/${people.patient}`, { name: "New Name" })).body.name, "New Name");
	t.equal((await patient.patch(`/api/users/${people.patient}`, { role: "admin" })).status, 403);
	t.equal((await patient.get("/api/patients")).body.data.length, 1);
	t.equal((await therapist.get("/api/patients")).body.data.length, 2);
	t.equal((await admin.get("/api/patients")).body.data.length, 3);
	const claimed = await therapist2.post("/api/patients", { firstName: "S", lastName: "T", userId: people.patient });
	t.equal(claimed.status, 400);
	t.equal(claimed.body.errors[0].path, "userId");
});

t.test("patients: derived values", async (t) => {
	const made = await therapist.post("/api/patients", {
		firstName: "Ada",
		lastName: "Byron",
		dateOfBirth: "1950-01-01",
		surgeryDate: "2020-01-01",
	});
	t.equal(made.status, 201, made.text);
	t.match(made.body, { name: "Ada Byron", therapistId: people.therapist });
	t.ok(made.body.age >= 76);
	t.ok(made.body.postOpWeek > 300);
	t.equal((await therapist.post("/api/patients", { gender: "other" })).body.errors[0].path, "name");
	t.equal((await patient.post("/api/patients", { name: "Me" })).status, 403);
	t.equal(
		(await patient.patch(`/api/patients/${people.profiles.patient}`, { therapistId: people.therapist2 })).status,
		403,
	);
});

t.test("events go to a calendar of the same person; what is referred to stays", async (t) => {
	const event = { title: "Walk", startTime: recordedAt };
	t.equal((await patient.post("/api/events", event)).body.calendarId, people.calendars.patient);
	t.equal((await patient.post("/api/events", { ...event, calendarId: people.calendars.other })).status, 400);
	t.equal(
		(await therapist.post("/api/events", { ...event, userId: people.patient, calendarId: people.calendars.patient2 }))
			.status,
		400,
	);
	const made = await patient.post("/api/events", { ...event, calendarId: people.calendars.patient });
	t.equal(made.status, 201, made.text);
	const refused = await patient.delete(`/api/calendars/${people.calendars.patient}`);
	t.equal(refused.status, 409);
	t.match(refused.body.detail, /calendar_events/);
});

t.test("twenty changes of one version: one wins", async (t) => {
	const { body } = await patient.post("/api/vitals", { recordedAt });
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, at) =>
			patient.patch(`/api/vitals/${body.id}`, { heartRate: 50 + at }, { "if-match": 'W/"1"' }),
		),
	);
	t.same(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(412)]);
});

t.test("every collection answers a list for every role, and no answer has a secret", async (t) => {
	const paths =
		"users patients providers vitals medications medication-logs alerts calendars events event-templates food-categories food-items meals meal-items exercises exercise-prescriptions exercise-logs therapy-phases therapy-routines activities therapy-goals devices device-sync-logs sleep-logs hydration-logs daily-scores";
	for (const path of paths.split(" ")) {
		for (const who of [patient, therapist, admin]) {
			const answer = await who.get(`/api/${path}`);
			t.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
			t.notMatch(answer.text, /password|\$2b\$|accessToken|refreshToken/);
		}
	}
	const made = await admin.post("/api/users", {
		email: "new@test.example",
		name: "New",
		role: "therapist",
		password: "long enough",
	});
	t.equal(made.status, 201, made.text);
	t.notMatch(made.text, /password|\$2/);
	await server.as("NEW@test.example", "long enough");
	t.equal((await admin.get("/api/users?password=x")).status, 400);
	t.equal((await admin.get("/api/users?sort=password")).status, 400);
	t.equal((await therapist.post("/api/exercises", { name: "Walking" })).status, 201);
	t.equal((await patient.post("/api/exercises", { name: "Walking" })).status, 403);
});

t.test("the log has no personal data", async (t) => {
	const all = server.logged.join("");
	t.notMatch(all, /test\.example|Aspirin|Bearer|heart-test|\?|\/api\/vitals\/\d/);
	t.match(all, /"route":"\/api\/vitals\/:id"/);
});

t.test("a device's settings come back as they were sent, tokens are not known", async (t) => {
	const settings = { mode: "push", list: [1, "two", null] };
	const made = await patient.post("/api/devices", { deviceType: "samsung", settings });
	t.equal(made.status, 201, made.text);
	t.same(made.body.settings, settings);
	t.equal((await patient.patch(`/api/devices/${made.body.id}`, { accessToken: "x" })).status, 400);
	const other = { any: { deep: ["thing"] } };
	t.same((await patient.patch(`/api/devices/${made.body.id}`, { settings: other })).body.settings, other);
	t.equal((await patient.patch(`/api/devices/${made.body.id}`, { settings: null })).body.settings, null);
});
