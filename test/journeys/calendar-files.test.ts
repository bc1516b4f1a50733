import ICAL from "ical.js";
import nodeIcal, { type VEvent } from "node-ical";
import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";

// Calendar files: the feed as other programs read it (node-ical, which shares no code with what writes it), and files that come in.

const server = await startTestServer(t);
const patient = await server.as("patient@test.example");
const other = await server.as("other@test.example");
const { people } = server;
const url = `/api/calendars/${people.calendars.patient}`;

const feedOf = async () => {
	const made = await patient.post(`${url}/feed`);
	if (made.status !== 201) throw new Error(made.text);
	return made.body as { url: string; token: string };
};

t.test("the feed: what other programs read is what the calendar shows", async (t) => {
	const add = async (body: object) => {
		const made = await patient.post("/api/events", { title: "Class", ...body });
		if (made.status !== 201) throw new Error(made.text);
		return made.body.id as number;
	};
	const series = await add({
		title:
			"Rehabilitation; with, commas\\ and ünïcode, in a line that has to be folded as it is longer than 75 octets äöü",
		description: "two\nlines",
		startTime: "2026-10-05T13:00:00Z",
		endTime: "2026-10-05T14:00:00Z",
		recurrenceRule: "FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261130",
	});
	await patient.delete(`/api/events/${series}?scope=this&occurrence=2026-10-08`);
	await patient.patch(`/api/events/${series}?occurrence=2026-11-02`, {
		startTime: "2026-11-03T15:00:00Z",
		title: "Moved",
	});
	const day = await add({
		title: "Surgery",
		isAllDay: true,
		startTime: "2026-10-20T04:00:00Z",
		endTime: "2026-10-22T03:59:00Z",
	});
	const off = await add({
		title: "Not on its rule",
		startTime: "2026-10-06T13:00:00Z",
		recurrenceRule: "FREQ=WEEKLY;BYDAY=FR;COUNT=2",
	});
	await add({
		title: "Never",
		startTime: "2026-10-06T13:00:00Z",
		recurrenceRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
	});
	const { url: address } = await feedOf();
	const answer = await fetch(address);
	t.equal(answer.status, 200);
	t.match(answer.headers.get("content-type"), /^text\/calendar/);
	const text = await answer.text();
	t.ok(
		text.split("\r\n").every((line) => Buffer.byteLength(line) <= 75),
		"lines of at most 75 octets",
	);
	t.notMatch(text, /[^\r]\n/, "lines end with CRLF");

	const read = Object.values(nodeIcal.sync.parseICS(text)).filter((one) => one?.type === "VEVENT") as VEvent[];
	const named = (uid: number) => read.find((one) => one.uid === `event-${uid}@heart-recovery`) as VEvent;
	t.match(named(series).summary, /^Rehabilitation; with, commas\\ and ünïcode.*äöü$/);
	t.equal(named(series).description, "two\nlines");
	t.equal(named(day).datetype, "date");
	t.strictSame(
		[named(day).start, named(day).end].map((one) => new Date(one as Date).toDateString()),
		["Tue Oct 20 2026", "Thu Oct 22 2026"],
	);
	t.equal(read.length, 3, "what never takes place is not there");
	const [override] = Object.values(named(series).recurrences ?? {}) as VEvent[];
	t.equal(override?.summary, "Moved");
	t.equal(override?.start.toISOString(), "2026-11-03T15:00:00.000Z");

	// Every occurrence, by ical.js from the text alone: zone, rule and exceptions.
	const shown = (await patient.get("/api/events/range?from=2026-10-01&to=2027-01-01")).body.data as {
		startTime: string;
	}[];
	t.strictSame(occurrences(text).sort(), shown.map(({ startTime }) => startTime).sort());
	t.equal(off > 0, true);

	const etag = answer.headers.get("etag") ?? "";
	t.equal((await fetch(address, { headers: { "if-none-match": etag } })).status, 304);
	const since = answer.headers.get("last-modified") ?? "";
	t.equal((await fetch(address, { headers: { "if-modified-since": since } })).status, 304);
	await patient.patch(`/api/events/${day}`, { title: "Operation" });
	const changed = await fetch(address, { headers: { "if-none-match": etag } });
	t.equal(changed.status, 200);
	t.match(await changed.text(), /SEQUENCE:1\r\n/);
});

/** The starts of every occurrence an iCalendar file speaks of, as ical.js expands it with the file's own VTIMEZONE. */
function occurrences(text: string): string[] {
	const calendar = new ICAL.Component(ICAL.parse(text));
	const zones = new Map(
		calendar
			.getAllSubcomponents("vtimezone")
			.map((one) => [String(one.getFirstPropertyValue("tzid")), new ICAL.Timezone(one)]),
	);
	const instant = (time: ICAL.Time, property: ICAL.Property | null) => {
		const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute);
		const zone = zones.get(String(property?.getFirstParameter("tzid"))) ?? [...zones.values()][0];
		return new Date(wall - (zone?.utcOffset(time) ?? 0) * 1000).toISOString();
	};
	const events = calendar.getAllSubcomponents("vevent");
	const isEdit = (one: ICAL.Component) => one.getFirstProperty("recurrence-id") !== null;
	const edited = new Set(
		events
			.filter(isEdit)
			.map((one) => `${one.getFirstPropertyValue("uid")} ${one.getFirstPropertyValue("recurrence-id")}`),
	);
	return events.flatMap((component) => {
		const event = new ICAL.Event(component);
		const property = component.getFirstProperty("dtstart");
		if (isEdit(component) || !event.isRecurring()) return [instant(event.startDate, property)];
		const found: string[] = [];
		const iterator = event.iterator();
		for (let next = iterator.next(); next && found.length < 100; next = iterator.next()) {
			if (!edited.has(`${event.uid} ${next}`)) found.push(instant(next, property));
		}
		return found;
	});
}

t.test("the feed's address is secret, is made anew and ends", async (t) => {
	const first = await feedOf();
	const second = await feedOf();
	t.equal((await fetch(first.url)).status, 404, "the one before has ended");
	t.equal((await fetch(second.url)).status, 200);
	t.equal(
		(await fetch(second.url.replace(`/${people.calendars.patient}/`, `/${people.calendars.other}/`))).status,
		404,
	);
	t.equal((await server.stranger.get(`${url}/feed.ics?token=wrong`)).status, 404);
	t.equal((await server.stranger.get(`${url}/feed.ics`)).status, 400);
	t.equal((await server.stranger.post(`${url}/feed`)).status, 401);
	t.equal((await other.post(`${url}/feed`)).status, 404);
	t.equal((await other.get(`${url}/feed`)).status, 404);
	t.equal((await other.delete(`${url}/feed`)).status, 404);
	t.ok((await patient.get(`${url}/feed`)).body.createdAt);
	t.equal((await patient.delete(`${url}/feed`)).status, 204);
	t.equal((await fetch(second.url)).status, 404);
	t.equal((await patient.get(`${url}/feed`)).status, 404);
	t.notMatch(server.logged.join(), new RegExp(`${first.token}|${second.token}`), "no token in the log");
});

const file = (...events: string[]) =>
	["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ...events, "END:VCALENDAR", ""].join("\r\n");
const event = (...lines: string[]) => ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"].join("\r\n");
const send = (text: string, session = patient) =>
	session.post(`${url}/import`, text, { "content-type": "text/calendar" });
const range = async (from: string, to: string) =>
	(await patient.get(`/api/events/range?from=${from}&to=${to}`)).body.data as {
		startTime: string;
		title: string;
		status: string;
		isAllDay: boolean;
		endTime: string;
	}[];

t.test("a file comes in; a second time it changes nothing", async (t) => {
	const berlin = [
		"BEGIN:VTIMEZONE",
		"TZID:My Berlin",
		"BEGIN:DAYLIGHT",
		"DTSTART:19810329T020000",
		"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
		"TZOFFSETFROM:+0100",
		"TZOFFSETTO:+0200",
		"END:DAYLIGHT",
		"BEGIN:STANDARD",
		"DTSTART:19961027T030000",
		"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
		"TZOFFSETFROM:+0200",
		"TZOFFSETTO:+0100",
		"END:STANDARD",
		"END:VTIMEZONE",
	].join("\r\n");
	const text = file(
		berlin,
		event("UID:utc", "SUMMARY:UTC", "DTSTART:20280301T100000Z", "DTEND:20280301T110000Z"),
		event("UID:floating", "SUMMARY:Floating", "DTSTART:20280301T070000", "DURATION:PT30M"),
		event("UID:iana", "SUMMARY:Paris", "DTSTART;TZID=Europe/Paris:20280301T150000"),
		event("UID:windows", "SUMMARY:Outlook", "DTSTART;TZID=Pacific Standard Time:20280301T080000"),
		event("UID:own", "SUMMARY:Own zone", "DTSTART;TZID=My Berlin:20280301T200000"),
		event("UID:day", "SUMMARY:Day", "DTSTART;VALUE=DATE:20280302", "DTEND;VALUE=DATE:20280304"),
		event(
			"UID:series",
			"SUMMARY:Series",
			"DTSTART;TZID=America/New_York:20280306T090000",
			"RRULE:FREQ=WEEKLY;COUNT=4",
			"EXDATE;TZID=America/New_York:20280313T090000",
		),
		event(
			"UID:series",
			"SUMMARY:Later",
			"RECURRENCE-ID;TZID=America/New_York:20280320T090000",
			"DTSTART;TZID=America/New_York:20280320T120000",
		),
		event("UID:series", "STATUS:CANCELLED", "RECURRENCE-ID:20280327T130000Z", "DTSTART:20280327T130000Z"),
		event("UID:gone", "SUMMARY:Gone", "STATUS:CANCELLED", "DTSTART:20280305T100000Z"),
	);
	const first = await send(text);
	t.equal(first.status, 200, first.text);
	t.match(first.body, { created: 9, unchanged: 1, failed: 0 }, first.text);
	const shown = await range("2028-03-01", "2028-03-31");
	t.strictSame(
		shown.map(
			({ startTime, title, status, isAllDay }) =>
				`${startTime.slice(5, 16)} ${title}${isAllDay ? " all day" : ""} ${status}`,
		),
		[
			"03-01T10:00 UTC pending",
			"03-01T12:00 Floating pending",
			"03-01T14:00 Paris pending",
			"03-01T16:00 Outlook pending",
			"03-01T19:00 Own zone pending",
			"03-02T05:00 Day all day pending",
			"03-05T10:00 Gone cancelled",
			"03-06T14:00 Series pending",
			"03-20T16:00 Later pending",
		],
	);
	t.equal(shown[5]?.endTime, "2028-03-04T05:00:00.000Z");
	const again = await send(text);
	t.match(again.body, { created: 0, updated: 0, unchanged: 10, failed: 0 }, again.text);
	const changed = await send(text.replace("SUMMARY:UTC", "SUMMARY:Changed"));
	t.match(changed.body, { created: 0, updated: 1, failed: 0 });
	const twice = await Promise.all(
		Array.from({ length: 10 }, () => send(file(event("UID:race", "SUMMARY:Race", "DTSTART:20280401T100000Z")))),
	);
	t.ok(twice.every(({ status }) => status === 200));
	t.equal((await range("2028-04-01", "2028-04-02")).length, 1, "ten at once make one");
});

t.test("what the feed gives comes in again as what is there", async (t) => {
	const { url: address } = await feedOf();
	const text = await (await fetch(address)).text();
	const before = await range("2026-10-01", "2026-12-31");
	const back = await send(text);
	t.match(back.body, { created: 0, failed: 0 }, back.text);
	t.strictSame(
		(await range("2026-10-01", "2026-12-31")).map(({ startTime, title }) => [startTime, title]),
		before.map(({ startTime, title }) => [startTime, title]),
	);
});

t.test("a series of another zone keeps its instants", async (t) => {
	await send(
		file(
			event("UID:london", "SUMMARY:London", "DTSTART;TZID=Europe/London:20290301T140000", "RRULE:FREQ=WEEKLY;COUNT=5"),
		),
	);
	t.strictSame(
		(await range("2029-03-01", "2029-04-05")).map(({ startTime }) => startTime.slice(5, 16)),
		["03-01T14:00", "03-08T14:00", "03-15T14:00", "03-22T14:00", "03-29T13:00"],
		"New York changes its clocks on the 11th, London on the 25th",
	);
});

t.test("what cannot be taken is told, the rest is stored", async (t) => {
	const mixed = await send(
		file(
			event("UID:good", "SUMMARY:Good", "DTSTART:20300101T100000Z"),
			event("SUMMARY:No UID", "DTSTART:20300101T100000Z"),
			event("UID:nostart", "SUMMARY:No start"),
			event("UID:backwards", "DTSTART:20300101T100000Z", "DTEND:20290101T100000Z"),
			event("UID:rule", "DTSTART:20300101T100000Z", "RRULE:FREQ=SECONDLY"),
			event("UID:orphan", "RECURRENCE-ID:20300101T100000Z", "DTSTART:20300101T100000Z"),
			event("UID:two", "DTSTART:20300101T100000Z", "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"),
			event("UID:stray", "SUMMARY:Stray", "DTSTART:20300201T100000Z", "RRULE:FREQ=DAILY;COUNT=2"),
			event("UID:stray", "RECURRENCE-ID:20310201T100000Z", "DTSTART:20310201T100000Z"),
		),
	);
	t.equal(mixed.status, 200, mixed.text);
	t.match(mixed.body, { created: 2, failed: 7 }, mixed.text);
	t.ok(
		mixed.body.results
			.filter((one: { outcome: string }) => one.outcome === "failed")
			.every((one: { message: string }) => one.message !== ""),
	);
	t.equal((await range("2030-01-01", "2030-01-02")).length, 1);
	for (const bad of ["", "hello", "BEGIN:VCARD\r\nEND:VCARD\r\n", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"]) {
		t.equal((await send(bad)).status, 400, JSON.stringify(bad));
	}
	t.equal((await patient.post(`${url}/import`, {})).status, 415, "JSON is no calendar file");
	t.equal((await send("x".repeat(6 * 1024 * 1024))).status, 413);
	t.equal(
		(await send(file(...Array.from({ length: 5001 }, (_, at) => event(`UID:u${at}`, "DTSTART:20300101T100000Z")))))
			.status,
		400,
	);
	t.equal((await send(file(event("UID:a", "DTSTART:20300101T100000Z")), other)).status, 404);
	t.equal((await send(file(event("UID:a", "DTSTART:20300101T100000Z")), sessionAt(server.base, ""))).status, 401);
});
