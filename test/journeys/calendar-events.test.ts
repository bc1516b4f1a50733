import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";

// Calendars and events natively: windows with recurrences expanded, edits of one, of this and all that follow, and of all.

const server = await startTestServer(t);
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const other = await server.as("other@test.example");
const { people } = server;

const add = async (body: object, session = patient) => {
	const made = await session.post("/api/events", { title: "Class", ...body });
	if (made.status !== 201) throw new Error(`${made.status} ${made.text}`);
	return made.body as { id: number; calendarId: number };
};
const range = async (from: string, to: string, session = patient, rest = "") => {
	const answer = await session.get(`/api/events/range?from=${from}&to=${to}${rest}`);
	if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
	return answer.body.data as {
		id: number;
		occurrenceId: string;
		seriesId: number;
		originalStart: string;
		startTime: string;
		endTime: string;
		title: string;
		status: string;
	}[];
};
const clear = async (id: number) => {
	if ((await patient.delete(`/api/events/${id}`)).status !== 204) throw new Error("not deleted");
};

// The people of tests live in New York (the documented default); clocks change on 2026-03-08 and 2026-11-01.
const weekly = {
	startTime: "2026-10-05T13:00:00Z",
	endTime: "2026-10-05T14:00:00Z",
	recurrenceRule: "FREQ=WEEKLY;BYDAY=MO,TH",
};

t.test("a window shows single events and occurrences, each under its own name", async (t) => {
	const series = await add(weekly);
	const single = await add({ title: "Visit", startTime: "2026-10-26T12:00:00Z" });
	t.equal(series.calendarId, people.calendars.patient, "the default calendar");
	const found = await range("2026-10-26", "2026-11-02");
	t.strictSame(
		found.map(({ id, occurrenceId, startTime, seriesId }) => [id, occurrenceId, startTime, seriesId]),
		[
			[single.id, `${single.id}`, "2026-10-26T12:00:00.000Z", null],
			[series.id, `${series.id}-20261026T130000Z`, "2026-10-26T13:00:00.000Z", series.id],
			[series.id, `${series.id}-20261029T130000Z`, "2026-10-29T13:00:00.000Z", series.id],
			[series.id, `${series.id}-20261102T140000Z`, "2026-11-02T14:00:00.000Z", series.id],
		],
	);
	t.equal(found[3]?.endTime, "2026-11-02T15:00:00.000Z");
	t.strictSame(
		await range("2026-10-26", "2026-11-02", therapist, `&userId=${people.patient}`),
		found,
		"the therapist sees the same",
	);
	t.equal((await therapist.get("/api/events/range?from=2026-10-26&to=2026-11-02")).status, 400, "whose?");
	t.equal((await other.get(`/api/events/range?from=2026-10-26&to=2026-11-02&userId=${people.patient}`)).status, 404);
	const upcoming = await patient.get("/api/events/upcoming?days=1&limit=1");
	t.equal(upcoming.status, 200);
	await clear(series.id);
	await clear(single.id);
});

t.test("windows are bounded, and say so", async (t) => {
	const bad = async (query: string, path: string) => {
		const answer = await patient.get(`/api/events/range?${query}`);
		t.equal(answer.status, 400, query);
		t.equal(answer.body.errors[0].path, path, answer.text);
	};
	await bad("from=2026-10-26", "to");
	await bad("from=soon&to=2026-10-26", "from");
	await bad("from=2026-10-26&to=2026-10-01", "from");
	await bad("from=2020-01-01&to=2026-10-01", "to");
	const series = await add({ startTime: "2026-01-01T00:00:00Z", recurrenceRule: "FREQ=HOURLY" });
	await bad("from=2026-01-01&to=2026-12-01", "to");
	await clear(series.id);
});

t.test("a rule nobody can follow is 400 and names recurrenceRule", async (t) => {
	const refused = async (body: object, path: string) => {
		const answer = await patient.post("/api/events", { title: "x", startTime: "2026-01-01T00:00:00Z", ...body });
		t.equal(answer.status, 400, JSON.stringify(body));
		t.equal(answer.body.errors[0].path, path, answer.text);
	};
	await refused({ recurrenceRule: "FREQ=SOMETIMES" }, "recurrenceRule");
	await refused({ recurrenceRule: "FREQ=SECONDLY" }, "recurrenceRule");
	await refused({ recurrenceRule: "" }, "recurrenceRule");
	await refused({ recurrenceRule: "FREQ=DAILY", recurrenceException: "tomorrow" }, "recurrenceException");
	await refused({ recurrenceRule: "FREQ=HOURLY", isAllDay: true }, "recurrenceRule");
	await refused({ endTime: "2025-01-01T00:00:00Z" }, "endTime");
	const series = await add(weekly);
	for (const method of ["put", "patch"] as const) {
		const answer = await patient[method](`/api/events/${series.id}`, {
			title: "x",
			startTime: weekly.startTime,
			recurrenceRule: "FREQ=WEEKLY;BYDAY=XX",
		});
		t.equal(answer.status, 400);
		t.equal(answer.body.errors[0].path, "recurrenceRule");
	}
	await refused({ parentEventId: series.id, recurrenceRule: "FREQ=DAILY" }, "recurrenceRule");
	await clear(series.id);
});

t.test("one occurrence: moved, completed, left out", async (t) => {
	const { id } = await add(weekly);
	const at = (occurrence: string, scope = "this") => `/api/events/${id}?scope=${scope}&occurrence=${occurrence}`;
	const moved = await patient.patch(at("2026-11-02T14:00:00Z"), {
		startTime: "2026-11-03T15:00:00Z",
		endTime: "2026-11-03T16:30:00Z",
		title: "Class, moved",
	});
	t.equal(moved.status, 200, moved.text);
	t.match(moved.body, { parentEventId: id, recurrenceRule: null, recurrenceException: "20261102T140000Z" });
	t.equal(moved.headers.get("content-location"), `/api/events/${moved.body.id}`);
	const week = await range("2026-11-02", "2026-11-08");
	t.match(week, [
		{
			id: moved.body.id,
			occurrenceId: `${id}-20261102T140000Z`,
			originalStart: "2026-11-02T14:00:00.000Z",
			startTime: "2026-11-03T15:00:00.000Z",
		},
		{ id, startTime: "2026-11-05T14:00:00.000Z" },
	]);
	t.equal(week.length, 2, "the moved one replaces its occurrence");
	t.match((await patient.get(`/api/events/${id}`)).body, { recurrenceException: "20261102T140000Z" });

	const again = await patient.patch(at("2026-11-02"), { title: "Moved twice" });
	t.equal(again.body.id, moved.body.id, "the same row, by its day");
	const done = await patient.post(`/api/events/${id}/complete?occurrence=2026-11-05T14:00:00Z`);
	t.match(done.body, { status: "completed", parentEventId: id });
	const twice = await patient.post(`/api/events/${id}/complete?occurrence=2026-11-05T14:00:00Z`);
	t.equal(twice.headers.get("etag"), done.headers.get("etag"), "completed already: as it was");
	t.equal((await patient.post(`/api/events/${id}/complete`)).body.errors[0].path, "occurrence");

	const put = await patient.put(at("2026-11-12"), { title: "Put", startTime: "2026-11-12T14:00:00Z" });
	t.match(put.body, { title: "Put", endTime: null, parentEventId: id, recurrenceException: "20261112T140000Z" });

	t.equal((await patient.delete(at("2026-11-09T14:00:00Z"))).status, 204);
	t.equal((await patient.delete(at("2026-11-09T14:00:00Z"))).status, 404, "it is not there any more");
	t.equal((await patient.patch(at("2026-11-10T14:00:00Z"), { title: "x" })).status, 404, "no such occurrence");
	t.equal((await patient.patch(at("soon"), { title: "x" })).status, 400);
	t.equal(
		(await patient.patch(at("2026-11-16"), { recurrenceRule: "FREQ=DAILY" })).body.errors[0].path,
		"recurrenceRule",
	);
	t.strictSame(
		(await range("2026-11-02", "2026-11-16")).map(({ startTime }) => startTime.slice(5, 10)),
		["11-03", "11-05", "11-12", "11-16"],
	);
	t.equal((await patient.delete(at("2026-11-02"))).status, 204, "an edited one is left out as well");
	t.equal((await patient.get(`/api/events/${moved.body.id}`)).status, 404);
	await clear(id);
	t.strictSame(await range("2026-10-01", "2026-12-01"), [], "the series takes its occurrences along");
});

t.test("this and all that follow", async (t) => {
	const { id } = await add({
		...weekly,
		recurrenceRule: "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=12",
		recurrenceException: "20261112T140000Z",
	});
	await patient.patch(`/api/events/${id}?occurrence=2026-11-09T14:00:00Z`, { title: "Alone" });
	const rest = await patient.patch(`/api/events/${id}?scope=following&occurrence=2026-11-02T14:00:00Z`, {
		startTime: "2026-11-02T16:00:00Z",
		endTime: "2026-11-02T17:30:00Z",
		location: "Gym",
	});
	t.equal(rest.status, 200, rest.text);
	t.match(rest.body, {
		recurrenceRule: "FREQ=WEEKLY;COUNT=4;BYDAY=MO,TH",
		recurrenceException: "20261109T160000Z,20261112T160000Z",
		location: "Gym",
		parentEventId: null,
	});
	t.not(rest.body.id, id);
	t.strictSame(
		(await range("2026-10-26", "2026-12-01")).map(({ startTime, title }) => `${startTime.slice(5, 16)} ${title}`),
		["10-26T13:00 Class", "10-29T13:00 Class", "11-02T16:00 Class", "11-05T16:00 Class", "11-09T14:00 Alone"],
	);
	t.match((await patient.get(`/api/events/${id}`)).body.recurrenceRule, /UNTIL=20261102T135959Z/);
	const off = await patient.patch(`/api/events/${rest.body.id}?scope=following&occurrence=2026-11-05T16:00:00Z`, {
		startTime: "2026-11-06T16:00:00Z",
	});
	t.equal(off.body.errors[0].path, "recurrenceRule", "on a Friday there is none");
	t.equal(
		(await patient.delete(`/api/events/${rest.body.id}?scope=following&occurrence=2026-11-05T16:00:00Z`)).status,
		204,
	);
	t.equal((await range("2026-11-01", "2026-12-31")).length, 1);
	t.equal((await patient.delete(`/api/events/${rest.body.id}?scope=following`)).status, 400, "which?");
	await clear(id);
	await clear(rest.body.id);
});

t.test("all: from any occurrence, what is left out moves along", async (t) => {
	const { id } = await add({
		...weekly,
		recurrenceRule: "FREQ=WEEKLY;COUNT=6",
		recurrenceException: "20261019T130000Z",
	});
	await patient.patch(`/api/events/${id}?occurrence=2026-11-02`, { title: "Alone" });
	const all = await patient.patch(`/api/events/${id}?scope=all&occurrence=2026-10-26T13:00:00Z`, {
		startTime: "2026-10-27T14:00:00Z",
		endTime: "2026-10-27T14:30:00Z",
	});
	t.match(all.body, {
		id,
		startTime: "2026-10-06T14:00:00.000Z",
		endTime: "2026-10-06T14:30:00.000Z",
		recurrenceException: "20261020T140000Z,20261103T150000Z",
	});
	t.strictSame(
		(await range("2026-10-01", "2026-12-01")).map(({ startTime, title }) => `${startTime.slice(5, 16)} ${title}`),
		["10-06T14:00 Class", "10-13T14:00 Class", "10-27T14:00 Class", "11-02T14:00 Alone", "11-10T15:00 Class"],
	);
	const plain = await patient.patch(`/api/events/${id}`, {
		startTime: "2026-10-06T15:00:00Z",
		endTime: "2026-10-06T15:30:00Z",
	});
	t.match(plain.body, { recurrenceException: "20261020T150000Z,20261103T160000Z" }, "and so without saying which");
	const whole = await patient.put(`/api/events/${id}`, { title: "Once", startTime: "2026-10-06T15:00:00Z" });
	t.match(whole.body, { recurrenceRule: null, recurrenceException: null }, "a PUT replaces");
	await clear(id);
});

t.test("If-Match: whoever edits what has changed since hears so", async (t) => {
	const { id } = await add(weekly);
	const etag = { "if-match": (await patient.get(`/api/events/${id}`)).headers.get("etag") ?? "" };
	t.equal((await patient.patch(`/api/events/${id}?occurrence=2026-11-02`, { title: "a" }, etag)).status, 200);
	t.equal((await patient.patch(`/api/events/${id}?occurrence=2026-11-05`, { title: "b" }, etag)).status, 412);
	t.equal((await patient.delete(`/api/events/${id}?scope=following&occurrence=2026-11-05`, etag)).status, 412);
	await clear(id);
});

t.test("twenty edit one series at once, on two servers: nothing is lost", async (t) => {
	const { id } = await add({ ...weekly, recurrenceRule: "FREQ=DAILY;COUNT=40" });
	const beside = sessionAt(await server.beside(), patient.token);
	const days = Array.from({ length: 20 }, (_, day) => new Date(Date.UTC(2026, 9, 6 + day, 13)).toISOString());
	const answers = await Promise.all(
		days.map((day, index) =>
			(index % 2 ? patient : beside).patch(`/api/events/${id}?occurrence=${day}`, { title: `Edit ${index}` }),
		),
	);
	t.ok(
		answers.every(({ status }) => status === 200),
		answers.find(({ status }) => status !== 200)?.text ?? "all",
	);
	const found = await range("2026-10-01", "2026-12-31");
	t.equal(found.length, 40);
	t.equal(new Set(found.map(({ occurrenceId }) => occurrenceId)).size, 40);
	t.equal(found.filter(({ title }) => title.startsWith("Edit")).length, 20);

	const same = await Promise.all(
		days.map((_, index) =>
			(index % 2 ? patient : beside).patch(`/api/events/${id}?occurrence=2026-11-05`, { title: `Same ${index}` }),
		),
	);
	t.equal(new Set(same.map(({ body }) => body.id)).size, 1, "one row for one occurrence");
	const split = await Promise.all(
		days.map((day, index) =>
			(index % 2 ? patient : beside).patch(`/api/events/${id}?scope=following&occurrence=${day}`, {
				location: `Room ${index}`,
			}),
		),
	);
	t.ok(
		split.every(({ status }) => status === 200 || status === 404),
		"whose part was cut off meanwhile hears that",
	);
	const after = await range("2026-10-01", "2026-12-31");
	t.equal(after.length, 40, "cut in pieces, it takes place as often");
	t.equal(new Set(after.map(({ startTime }) => startTime)).size, 40);
});

t.test("all day: civil days in the person's zone", async (t) => {
	const { id } = await add({ isAllDay: true, startTime: "2027-03-13T05:00:00Z", recurrenceRule: "FREQ=DAILY;COUNT=4" });
	t.strictSame(
		(await range("2027-03-01", "2027-03-31")).map(({ startTime, occurrenceId }) => [startTime, occurrenceId]),
		[
			["2027-03-13T05:00:00.000Z", `${id}-20270313`],
			["2027-03-14T05:00:00.000Z", `${id}-20270314`],
			["2027-03-15T04:00:00.000Z", `${id}-20270315`],
			["2027-03-16T04:00:00.000Z", `${id}-20270316`],
		],
	);
	t.equal((await patient.delete(`/api/events/${id}?scope=this&occurrence=2027-03-15T04:00:00Z`)).status, 204);
	t.equal((await patient.get(`/api/events/${id}`)).body.recurrenceException, "20270315");
	await clear(id);
});

t.test("from a template", async (t) => {
	const template = await therapist.post("/api/event-templates", {
		name: "Check-up",
		duration: 45,
		category: "appointment",
		color: "#fff",
		userId: people.patient,
	});
	t.equal(template.status, 201, template.text);
	const url = `/api/events/from-template/${template.body.id}`;
	const made = await patient.post(url, { startTime: "2028-01-10T10:00:00Z" });
	t.equal(made.status, 201);
	t.match(made.body, {
		title: "Check-up",
		category: "appointment",
		endTime: "2028-01-10T10:45:00.000Z",
		status: "pending",
		calendarId: people.calendars.patient,
	});
	const own = await therapist.post(url, {
		startTime: "2028-01-11T10:00:00Z",
		userId: people.patient,
		title: "Mine",
		recurrenceRule: "FREQ=YEARLY;COUNT=2",
	});
	t.match(own.body, { title: "Mine", userId: people.patient });
	t.equal((await other.post(url, { startTime: "2028-01-10T10:00:00Z" })).status, 404);
	t.equal((await patient.post(url, {})).status, 400);
	t.equal(
		(await patient.post(url, { startTime: "2028-01-10T10:00:00Z", recurrenceRule: "x" })).body.errors[0].path,
		"recurrenceRule",
	);
});

t.test("exactly one default calendar", async (t) => {
	const defaults = async () =>
		((await patient.get("/api/calendars?isDefault=true")).body.data as { id: number }[]).map(({ id }) => id);
	t.strictSame(await defaults(), [people.calendars.patient]);
	const second = (await patient.post("/api/calendars", { name: "Second", isDefault: true })).body;
	t.strictSame(await defaults(), [second.id], "the new one takes it over");
	const kept = await patient.patch(`/api/calendars/${second.id}`, { isDefault: false });
	t.equal(kept.body.isDefault, true, "until another does");
	const beside = sessionAt(await server.beside(), patient.token);
	const made = await Promise.all(
		Array.from({ length: 20 }, (_, at) =>
			(at % 2 ? patient : beside).post("/api/calendars", { name: `C${at}`, isDefault: at % 3 > 0 }),
		),
	);
	t.ok(made.every(({ status }) => status === 201));
	t.equal((await defaults()).length, 1, "twenty at once");
	const [current] = await defaults();
	t.equal((await patient.delete(`/api/calendars/${current}`)).status, 204);
	t.equal((await defaults()).length, 1, "when it is deleted another is");
	await Promise.all(
		made.map(({ body }, at) => (at % 2 ? patient : beside).patch(`/api/calendars/${body.id}`, { isDefault: true })),
	);
	t.equal((await defaults()).length, 1);
});

t.test("somebody new has a default calendar", async (t) => {
	const answer = await server.stranger.post("/api/auth/register", {
		email: "new@test.example",
		password: "a long password",
		name: "New",
	});
	const fresh = sessionAt(server.base, answer.body.token);
	const made = await Promise.all(
		Array.from({ length: 10 }, (_, at) =>
			fresh.post("/api/events", { title: `E${at}`, startTime: "2026-01-01T00:00:00Z" }),
		),
	);
	t.equal(new Set(made.map(({ body }) => body.calendarId)).size, 1);
	const calendars = (await fresh.get("/api/calendars")).body.data;
	t.match(calendars, [{ isDefault: true }]);
	t.equal(calendars.length, 1);
	const admin = await server.as("admin@test.example");
	const unused = await server.stranger.post("/api/auth/register", {
		email: "u@test.example",
		password: "a long password",
		name: "U",
	});
	t.equal(
		(await admin.delete(`/api/users/${unused.body.user.id}`)).status,
		204,
		"which does not keep an unused account",
	);
});
