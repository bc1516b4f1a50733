import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { budgetOf } from "../../../src/calendar/budget.ts";
import { CalendarTooCostlyError } from "../../../src/calendar/calendar-error.ts";
import { day, floatingAt, instantAt } from "../../../src/calendar/civil-time.ts";
import { parseExceptions } from "../../../src/calendar/exceptions.ts";
import { parseRule } from "../../../src/calendar/parse-rule.ts";
import { frequencies, type RecurrenceRule, weekdays } from "../../../src/calendar/rule.ts";
import { occurrencesOf, type Series } from "../../../src/calendar/series.ts";
import { writeRule } from "../../../src/calendar/write-rule.ts";

const zones = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"] as const;

const series = (
	rule: string,
	start: string,
	zone: string,
	rest: Partial<Series> & { exceptions?: never; except?: string } = {},
): Series => ({
	start: Date.parse(start),
	end: null,
	isAllDay: false,
	zone,
	...rest,
	rule: parseRule(rule),
	exceptions: parseExceptions(rest.except),
});

const starts = (one: Series, from: string, to: string, most = 1000) =>
	occurrencesOf(one, { from: Date.parse(from), to: Date.parse(to) }, most, budgetOf()).map(({ start }) =>
		new Date(start).toISOString().slice(0, 16),
	);

t.test("nights in which clocks change", async (t) => {
	// 2026-03-08 02:00 → 03:00, 2026-11-01 02:00 → 01:00.
	const newYork = series("FREQ=DAILY", "2026-03-01T07:30:00Z", "America/New_York");
	t.strictSame(
		starts(newYork, "2026-03-07T00:00Z", "2026-03-10T00:00Z"),
		["2026-03-07T07:30", "2026-03-08T07:30", "2026-03-09T06:30"],
		"2:30 does not exist: with the offset before the gap it is 3:30",
	);
	const early = series("FREQ=DAILY", "2026-10-30T05:30:00Z", "America/New_York");
	t.strictSame(
		starts(early, "2026-10-31T00:00Z", "2026-11-03T00:00Z"),
		["2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"],
		"1:30 comes twice: the first",
	);
	// 2026-03-29 02:00 → 03:00, 2026-10-25 03:00 → 02:00.
	const berlin = series("FREQ=DAILY", "2026-03-27T01:30:00Z", "Europe/Berlin");
	t.strictSame(starts(berlin, "2026-03-28T00:00Z", "2026-03-31T00:00Z"), [
		"2026-03-28T01:30",
		"2026-03-29T01:30",
		"2026-03-30T00:30",
	]);
	// Half an hour: 2026-04-05 02:00 → 01:30, 2026-10-04 02:00 → 02:30.
	const lordHowe = series("FREQ=DAILY", "2026-10-01T15:45:00Z", "Australia/Lord_Howe");
	t.strictSame(
		starts(lordHowe, "2026-10-02T00:00Z", "2026-10-06T00:00Z"),
		["2026-10-02T15:45", "2026-10-03T15:45", "2026-10-04T15:15", "2026-10-05T15:15"],
		"2:15 does not exist on the 4th: 2:45",
	);
	const second = series("FREQ=DAILY;COUNT=2", "2026-11-01T06:30:00Z", "America/New_York");
	t.strictSame(
		starts(second, "2026-11-01T00:00Z", "2026-11-05T00:00Z"),
		["2026-11-01T06:30", "2026-11-02T06:30"],
		"a start at the second 1:30 stays there",
	);
});

t.test("how long an occurrence lasts", async (t) => {
	const night = series("FREQ=DAILY", "2026-03-06T04:00:00Z", "America/New_York", {
		end: Date.parse("2026-03-06T12:00:00Z"),
	});
	for (const { start, end } of occurrencesOf(night, { from: night.start, to: night.start + 5 * day }, 9, budgetOf())) {
		t.equal((end ?? 0) - start, 8 * 3_600_000, "eight hours, also when the clocks change");
	}
	const whole = series("FREQ=WEEKLY", "2026-03-01T05:00:00Z", "America/New_York", {
		isAllDay: true,
		end: Date.parse("2026-03-03T05:00:00Z"),
	});
	const [, second] = occurrencesOf(whole, { from: whole.start, to: whole.start + 10 * day }, 9, budgetOf());
	t.same(
		[second?.start, second?.end].map((at) => new Date(at ?? 0).toISOString()),
		["2026-03-08T05:00:00.000Z", "2026-03-10T04:00:00.000Z"],
		"two whole days, one of 23 hours",
	);
	t.strictSame(
		starts(whole, "2026-03-02T12:00Z", "2026-03-02T13:00Z"),
		["2026-03-01T05:00"],
		"what is under way is in the window",
	);
	t.strictSame(starts(whole, "2026-03-03T05:00Z", "2026-03-04T00:00Z"), [], "what ends as it begins is not");
});

t.test("UNTIL", async (t) => {
	const until = (text: string, rest = {}) =>
		starts(
			series(`FREQ=DAILY;UNTIL=${text}`, "2026-12-01T14:00:00Z", "America/New_York", rest),
			"2026-01-01T00:00Z",
			"2027-01-01T00:00Z",
		).length;
	t.equal(until("20261203T140000Z"), 3, "in UTC, included");
	t.equal(until("20261203T135959Z"), 2);
	t.equal(until("20261203T090000"), 3, "in local time");
	t.equal(until("20261203T085959"), 2);
	t.equal(until("20261203"), 3, "a date is its whole day");
	t.equal(until("20261101"), 0, "before it begins: never");
	const allDay = { isAllDay: true, start: Date.parse("2026-12-01T05:00:00Z") };
	t.equal(until("20261203", allDay), 3);
	t.equal(until("20261203T000000Z", allDay), 3, "a date as JavaScript writes it");
	t.equal(until("20261204T045959Z", allDay), 3, "the last second of the 3rd in New York");
});

t.test("dates left out and added", async (t) => {
	const seven = (except: string, rest = {}) =>
		starts(
			series("FREQ=DAILY;COUNT=7", "2026-12-01T14:00:00Z", "America/New_York", { except, ...rest }),
			"2026-01-01T00:00Z",
			"2028-01-01T00:00Z",
		)
			.map((one) => one.slice(8, 10))
			.join(" ");
	const forms = [
		"20261202T140000Z",
		"2026-12-02T14:00:00.000Z",
		"2026-12-02T09:00:00-05:00",
		"2026-12-02T09:00",
		"2026-12-02",
		"20261202",
		'["2026-12-02T14:00:00.000Z"]',
		"EXDATE:20261202T140000Z",
		"EXDATE;TZID=America/New_York:20261202T090000",
		'EXDATE;TZID="Europe/Berlin":20261202T150000',
		"EXDATE;VALUE=DATE:20261202",
	];
	for (const form of forms) t.equal(seven(form), "01 03 04 05 06 07", form);
	t.equal(seven("2026-12-02, 2026-12-04;20261206T140000Z"), "01 03 05 07");
	t.equal(
		seven("EXDATE:20261202T140000Z,\r\n 20261204T140000Z\nEXDATE:20261206T140000Z"),
		"01 03 05 07",
		"folded lines",
	);
	t.equal(seven("20261202T150000Z"), "01 02 03 04 05 06 07", "another time of the day is not that occurrence");
	t.equal(seven("RDATE:20261225T140000Z,20261226T140000Z\nEXDATE:20261226T140000Z"), "01 02 03 04 05 06 07 25");
	t.equal(seven("RDATE:20261202T140000Z"), "01 02 03 04 05 06 07", "what is there already comes once");
	const allDay = { isAllDay: true, start: Date.parse("2026-12-01T05:00:00Z") };
	for (const form of ["20261202", "2026-12-02T00:00:00.000Z", "20261202T050000Z", "2026-12-02T23:00:00-05:00"]) {
		t.equal(seven(form, allDay), "01 03 04 05 06 07", `all day: ${form}`);
	}
});

t.test("work is bounded", async (t) => {
	const spent = (rule: string, start = "2016-01-01T09:00:00Z") => {
		let steps = 0;
		const window = { from: Date.parse("2026-01-01T00:00Z"), to: Date.parse("2027-01-01T00:00Z") };
		const found = occurrencesOf(series(rule, start, "Europe/Berlin"), window, 5001, {
			spend: (count) => {
				steps += count;
			},
		});
		return { steps, found: found.length };
	};
	for (const never of [
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
	]) {
		const { found, steps } = spent(never);
		t.equal(found, 0, never);
		t.ok(steps < 500, `${never}: ${steps} steps`);
	}
	t.equal(spent("FREQ=HOURLY;INTERVAL=2;BYHOUR=9").found, 0, "from 10:00 local every two hours it is never 9");
	t.equal(spent("FREQ=MINUTELY;INTERVAL=120;BYHOUR=9").found, 0);
	t.equal(spent("FREQ=SECONDLY;INTERVAL=7200;BYHOUR=9").found, 0);
	t.equal(spent("FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0").found, 365);
	t.equal(spent("FREQ=SECONDLY").found, 5001, "no more than are asked for");
	t.equal(
		spent("FREQ=YEARLY;BYSETPOS=1,-1;BYMONTH=5;BYMONTHDAY=1;COUNT=20").found,
		1,
		"one date, whatever number it has",
	);
	const old = spent("FREQ=DAILY", "1920-01-01T09:00:00Z");
	t.equal(old.found, 365);
	t.ok(old.steps < 1000, `a hundred years later: ${old.steps} steps`);
	t.equal(spent("FREQ=DAILY", "0500-01-01T09:00:00Z").found, 0, "no calendar speaks of such years");
	t.equal(spent("FREQ=YEARLY;INTERVAL=1000000").found, 0);
	const costly = series("FREQ=SECONDLY;COUNT=10000;INTERVAL=86399", "1900-01-01T00:00:00Z", "UTC");
	t.throws(
		() => occurrencesOf(costly, { from: Date.UTC(2026), to: Date.UTC(2027) }, 10, budgetOf(5000)),
		CalendarTooCostlyError,
	);
	const end = series("FREQ=DAILY", "9999-12-30T00:00:00Z", "UTC");
	t.ok(
		occurrencesOf(end, { from: Date.UTC(9999, 11), to: Date.UTC(12000, 0) }, 10, budgetOf()).length <= 2,
		"the last years",
	);
});

const list = (low: number, high: number, signed: boolean) =>
	fc.uniqueArray(
		fc.integer({ min: signed ? -high : low, max: high }).filter((n) => n !== 0 || low === 0),
		{ minLength: 1, maxLength: 3 },
	);

const day1 = fc.record({
	weekday: fc.integer({ min: 0, max: 6 }),
	ordinal: fc.constantFrom("", "", "", "1", "-1", "3"),
});

/** Rules of every kind, as text. */
const rules = fc
	.record(
		{
			FREQ: fc.constantFrom(...frequencies.slice(0, 6)),
			INTERVAL: fc.integer({ min: 1, max: 13 }),
			COUNT: fc.integer({ min: 1, max: 2000 }),
			BYMONTH: list(1, 12, false),
			BYMONTHDAY: list(1, 31, true),
			BYDAY: fc
				.array(day1, { minLength: 1, maxLength: 3 })
				.map((days) => days.map(({ weekday, ordinal }) => `${ordinal}${weekdays[weekday]}`)),
			BYHOUR: list(0, 23, false),
			BYMINUTE: list(0, 59, false),
			BYSETPOS: list(1, 3, true),
			WKST: fc.constantFrom(...weekdays),
		},
		{ requiredKeys: ["FREQ"] },
	)
	.filter((parts) => parts.BYSETPOS === undefined || Object.keys(parts).some((name) => /^BY(?!SET)/.test(name)))
	.map((parts) =>
		Object.entries(parts)
			.map(([name, value]) => `${name}=${value}`)
			.join(";"),
	);

const anything = fc.record({
	rule: rules,
	start: fc.integer({ min: Date.UTC(2019), max: Date.UTC(2022) / 1 }).map((at) => at - (at % 60_000)),
	zone: fc.constantFrom(...zones),
	from: fc.integer({ min: 0, max: 700 }),
	length: fc.integer({ min: 1, max: 500 }),
});

t.test("a window has what the whole has in it; in order; each meets the rule", async (t) => {
	let seen = 0;
	fc.assert(
		fc.property(anything, ({ rule, start, zone, from, length }) => {
			const one: Series = {
				start,
				end: start + 3_600_000,
				isAllDay: false,
				rule: parseRule(rule),
				exceptions: parseExceptions(""),
				zone,
			};
			const window = { from: start + from * day, to: start + (from + length) * day };
			const budget = () => budgetOf(50_000_000);
			const whole = occurrencesOf(one, { from: start - day, to: window.to }, 1e9, budget());
			const found = occurrencesOf(one, window, 1e9, budget());
			const inWindow = whole.filter(
				({ start: at, end }) => at < window.to && (at >= window.from || (end ?? at) > window.from),
			);
			assert.deepEqual(found, inWindow);
			assert.ok(found.every(({ start: at }, index) => index === 0 || at > (found[index - 1]?.start ?? 0)));
			assert.ok(found.every(({ start: at }) => at >= start && meets(one.rule, at, zone)));
			seen += found.length;
		}),
		{ numRuns: 300 },
	);
	t.ok(seen > 100, `${seen} occurrences were looked at`);
});

/** Whether a time is one its rule speaks of, by the parts that only narrow; local times that do not exist have moved. */
function meets(rule: RecurrenceRule, instant: number, zone: string): boolean {
	const local = floatingAt(instant, zone);
	const at = new Date(local);
	const isAfterGap = [30, 60].some((minutes) => instantAt(local - minutes * 60_000, zone) === instant);
	const days = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
	const holds = (numbers: readonly number[], ...values: number[]) =>
		numbers.length === 0 || values.some((value) => numbers.includes(value));
	return (
		holds(rule.byMonth, at.getUTCMonth() + 1) &&
		holds(rule.byMonthDay, at.getUTCDate(), at.getUTCDate() - days - 1) &&
		holds(
			rule.byDay.map(({ weekday }) => weekday),
			(at.getUTCDay() + 6) % 7,
		) &&
		(isAfterGap || (holds(rule.byHour, at.getUTCHours()) && holds(rule.byMinute, at.getUTCMinutes())))
	);
}

t.test("a rule written is the rule read", async () => {
	fc.assert(
		fc.property(rules, (text) => {
			const rule = parseRule(text);
			const again = parseRule(writeRule(rule));
			if (JSON.stringify(rule) !== JSON.stringify(again)) throw new Error(writeRule(rule));
		}),
	);
});

t.test("local times and instants are those of Temporal", async () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...zones, "Africa/Casablanca", "America/Sao_Paulo"),
			fc.integer({ min: Date.UTC(1990), max: Date.UTC(2040) }),
			(zone, at) => {
				const local = Temporal.PlainDateTime.from(new Date(at).toISOString().slice(0, -1));
				if (instantAt(at, zone) !== local.toZonedDateTime(zone).epochMilliseconds) throw new Error(`${zone} ${local}`);
			},
		),
		{ numRuns: 5000 },
	);
});
