import fc from "fast-check";
import t from "tap";
import { budgetOf } from "../../../src/calendar/budget.ts";
import { CalendarError } from "../../../src/calendar/calendar-error.ts";
import { checkSeries } from "../../../src/calendar/check-series.ts";
import { day, floatingAt, zoneOf } from "../../../src/calendar/civil-time.ts";
import { seriesOf } from "../../../src/calendar/event-series.ts";
import { noExceptions, parseExceptions, writeExceptions } from "../../../src/calendar/exceptions.ts";
import { findOccurrence, occurrenceKey } from "../../../src/calendar/occurrence-key.ts";
import { parseRule } from "../../../src/calendar/parse-rule.ts";
import { occurrencesOf, type Series } from "../../../src/calendar/series.ts";
import { moveExceptions, splitSeries } from "../../../src/calendar/split-series.ts";
import { readStamp } from "../../../src/calendar/stamp.ts";
import { writeRule } from "../../../src/calendar/write-rule.ts";

t.test("a bad rule is refused, naming what is wrong", async (t) => {
	const cases: [rule: string, word: RegExp][] = [
		["", /NAME=value/],
		["daily", /NAME=value/],
		["COUNT=3", /FREQ is missing/],
		["FREQ=FORTNIGHTLY", /FREQ must be one of/],
		["FREQ=DAILY;FREQ=DAILY", /FREQ is given twice/],
		["FREQ=DAILY;COUNT=0", /COUNT/],
		["FREQ=DAILY;COUNT=-1", /COUNT/],
		["FREQ=DAILY;COUNT=1.5", /COUNT/],
		["FREQ=DAILY;COUNT=1000000", /COUNT/],
		["FREQ=DAILY;INTERVAL=0", /INTERVAL/],
		["FREQ=DAILY;COUNT=2;UNTIL=20261201", /COUNT and UNTIL/],
		["FREQ=DAILY;UNTIL=soon", /UNTIL/],
		["FREQ=DAILY;UNTIL=20260230", /UNTIL/],
		["FREQ=YEARLY;BYMONTH=13", /BYMONTH/],
		["FREQ=YEARLY;BYMONTH=-1", /BYMONTH/],
		["FREQ=MONTHLY;BYMONTHDAY=0", /BYMONTHDAY/],
		["FREQ=MONTHLY;BYMONTHDAY=32", /BYMONTHDAY/],
		["FREQ=WEEKLY;BYDAY=XX", /BYDAY.*weekdays are/],
		["FREQ=MONTHLY;BYDAY=0MO", /BYDAY/],
		["FREQ=DAILY;BYHOUR=24", /BYHOUR/],
		["FREQ=DAILY;BYHOUR=-0", /BYHOUR/],
		["FREQ=MONTHLY;BYSETPOS=1", /BYSETPOS needs/],
		["FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", /BYSETPOS/],
		["FREQ=WEEKLY;WKST=8", /WKST/],
		["FREQ=YEARLY;BYEASTER=0", /"BYEASTER" is no part/],
		["FREQ=DAILY\nFREQ=DAILY", /one line/],
		["RRULE:FREQ=DAILY;;COUNT=2", /NAME=value/],
	];
	for (const [rule, message] of cases) t.throws(() => parseRule(rule), { name: "CalendarError", message }, rule);
	fc.assert(
		fc.property(fc.string(), (text) => {
			try {
				parseRule(text);
			} catch (error) {
				if (!(error instanceof CalendarError)) throw error;
			}
		}),
	);
});

t.test("forms people write", async (t) => {
	t.equal(writeRule(parseRule("RRULE:FREQ=WEEKLY;BYDAY=WE,MO")), "FREQ=WEEKLY;BYDAY=MO,WE");
	t.equal(writeRule(parseRule("DTSTART:20261201T090000Z\nRRULE:FREQ=DAILY;INTERVAL=1;WKST=MO")), "FREQ=DAILY");
	t.equal(writeRule(parseRule("freq=monthly;byweekday=+1fr;")), "FREQ=MONTHLY;BYDAY=1FR");
	t.equal(
		writeRule(parseRule("FREQ=DAILY;BYHOUR=18,6,6;UNTIL=2026-12-01T09:00:00Z")),
		"FREQ=DAILY;UNTIL=20261201T090000Z;BYHOUR=6,18",
	);
});

t.test("series nobody can keep are refused", async (t) => {
	const check =
		(rule: string, isAllDay = false) =>
		() =>
			checkSeries({ rule: parseRule(rule), start: Date.UTC(2026, 0), isAllDay, zone: "UTC" });
	t.throws(check("FREQ=SECONDLY"), /more than 10000/);
	t.throws(check("FREQ=MINUTELY;INTERVAL=30"), /more than 10000/);
	t.throws(
		check(
			"FREQ=YEARLY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,30;BYDAY=MO,TU,WE,TH,FR,SA,SU",
		),
		/more than/,
	);
	t.throws(check("FREQ=HOURLY", true), /all-day/);
	t.doesNotThrow(check("FREQ=HOURLY"));
	t.doesNotThrow(check("FREQ=SECONDLY;COUNT=10000"));
	t.doesNotThrow(check("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "what never fires is no harm");
	t.throws(
		() => checkSeries({ rule: parseRule("FREQ=DAILY"), start: Date.UTC(-500, 0), isAllDay: false, zone: "UTC" }),
		/1000/,
	);
});

t.test("exceptions are written in one form, which reads the same", async (t) => {
	const form = (text: string, isAllDay = false) => writeExceptions(parseExceptions(text), "America/New_York", isAllDay);
	t.equal(form("2026-12-08T09:00, 20261201T140000Z,2026-12-01T14:00:00.000Z"), "20261201T140000Z,20261208T140000Z");
	t.equal(
		form("20261201T140000Z\nRDATE;TZID=Europe/Berlin:20261203T150000"),
		"20261201T140000Z\nRDATE:20261203T140000Z",
	);
	t.equal(form("2026-12-01T05:00:00Z", true), "20261201");
	t.equal(form(""), null);
	t.equal(form(form("2026-12-01,2026-12-02T12:00Z") ?? ""), "20261201,20261202T120000Z");
	for (const bad of [
		"tomorrow",
		"2026-13-01",
		"EXDATE;TZID=Nowhere/Land:20261201T000000",
		"[1]",
		"[",
		"2026-12-01T25:00",
	]) {
		t.throws(() => parseExceptions(bad), { name: "CalendarError" }, bad);
	}
	t.throws(() => parseExceptions("20261201,".repeat(5001)), /more than 5000/);
});

const weekly: Series = {
	start: Date.parse("2026-10-05T13:00:00Z"),
	end: Date.parse("2026-10-05T14:00:00Z"),
	isAllDay: false,
	rule: parseRule("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=20"),
	exceptions: parseExceptions("20261008T130000Z,20261112T140000Z,2026-11-16"),
	zone: "America/New_York",
};
const all = { from: 0, to: Date.UTC(2030, 0) };

t.test("an occurrence has a name, and is found by it", async (t) => {
	for (const series of [weekly, { ...weekly, isAllDay: true, start: Date.parse("2026-10-05T04:00:00Z"), end: null }]) {
		for (const one of occurrencesOf(series, all, 100, budgetOf())) {
			const key = occurrenceKey(one.start, series);
			const stamp = readStamp(key);
			t.strictSame(stamp && findOccurrence(series, stamp), one, key);
		}
	}
	const named = (text: string) => findOccurrence(weekly, readStamp(text) as never)?.start;
	t.equal(named("2026-11-02"), Date.parse("2026-11-02T14:00:00Z"), "by its day");
	t.equal(named("2026-11-02T09:00"), Date.parse("2026-11-02T14:00:00Z"), "by its local time");
	t.equal(named("2026-11-03"), undefined);
	t.equal(named("20261008T130000Z"), undefined, "left out");
});

t.test("a series cut in two makes what the whole made", async (t) => {
	const endless = { ...weekly, rule: parseRule("FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261224T235959Z") };
	const days: Series = {
		...weekly,
		isAllDay: true,
		start: Date.parse("2026-10-05T04:00:00Z"),
		end: null,
		exceptions: noExceptions,
	};
	for (const series of [weekly, endless, days]) {
		const whole = occurrencesOf(series, all, 100, budgetOf());
		for (const [index, cut] of whole.entries()) {
			if (index === 0) continue;
			const { before, after } = splitSeries(series, cut.start);
			const first = occurrencesOf({ ...series, ...before }, all, 100, budgetOf());
			const lasts = (cut.end ?? cut.start) - cut.start;
			const end = series.end === null ? null : cut.start + lasts;
			const rest = occurrencesOf({ ...series, ...after, start: cut.start, end }, all, 100, budgetOf());
			t.strictSame([...first, ...rest], whole, `at ${new Date(cut.start).toISOString()}`);
			t.match(rest[0]?.start, cut.start);
		}
	}
});

t.test("what is left out moves with the series", async (t) => {
	const move = { by: day + 2 * 3_600_000, timeOfDay: 9 * 3_600_000 };
	const moved = moveExceptions(parseExceptions("20261029T130000Z,20261112T140000Z,20261116"), move, weekly);
	t.equal(writeExceptions(moved, weekly.zone, false), "20261030T150000Z,20261113T160000Z,20261117");
	const late = { by: 2 * 3_600_000, timeOfDay: 23 * 3_600_000 };
	t.equal(writeExceptions(moveExceptions(parseExceptions("20261116"), late, weekly), weekly.zone, false), "20261117");
	t.equal(new Date(floatingAt(Date.parse("2026-11-13T16:00Z"), weekly.zone)).toISOString(), "2026-11-13T11:00:00.000Z");
});

t.test("stored rules that are none make no series", async (t) => {
	const times = { startTime: "2026-01-01T00:00:00Z", endTime: null, isAllDay: null, recurrenceException: "never" };
	t.equal(seriesOf({ ...times, recurrenceRule: "every day" }, "UTC"), undefined);
	t.equal(seriesOf({ ...times, recurrenceRule: null }, "UTC"), undefined);
	t.strictSame(seriesOf({ ...times, recurrenceRule: "FREQ=DAILY" }, "UTC")?.exceptions, noExceptions);
	t.equal(zoneOf("Mars/Olympus"), "America/New_York");
	t.equal(zoneOf(null), "America/New_York");
	t.equal(zoneOf("europe/berlin"), "Europe/Berlin");
});
