import fc from "fast-check";
import t from "tap";
import { isDate, isDateTime, isInstant, isTime, parseDate } from "../../../src/fhir/dates.ts";

const day = 86_400_000;

t.test("a date covers what its precision leaves open", async (t) => {
	const cases: [text: string, lo: string, hi: string][] = [
		["2013", "2013-01-01T00:00:00.000Z", "2014-01-01T00:00:00.000Z"],
		["2012-02", "2012-02-01T00:00:00.000Z", "2012-03-01T00:00:00.000Z"],
		["2013-12-31", "2013-12-31T00:00:00.000Z", "2014-01-01T00:00:00.000Z"],
		["2013-01-14T10:00", "2013-01-14T10:00:00.000Z", "2013-01-14T10:01:00.000Z"],
		["2013-01-14T10:00:00+02:00", "2013-01-14T08:00:00.000Z", "2013-01-14T08:00:01.000Z"],
		["2013-01-14T10:00:00.5Z", "2013-01-14T10:00:00.500Z", "2013-01-14T10:00:00.501Z"],
		["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z", "2017-01-01T00:00:01.000Z"],
		["0001", "0001-01-01T00:00:00.000Z", "0002-01-01T00:00:00.000Z"],
		["9999", "9999-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
	];
	for (const [text, lo, hi] of cases) t.match(parseDate(text), { lo, hi }, text);
});

t.test("what is no date", async (t) => {
	for (const text of [
		"",
		"13",
		"0000",
		"2013-13",
		"2013-02-29",
		"1900-02-29",
		"2013-1-1",
		"23 May 2009",
		"2013-01-14T24:00:00Z",
		"2013-01-14T10",
		"2013-01-14T10:00:00+15:00",
		"2013-01-14T10:60:00Z",
		"2013-01-14 10:00:00Z",
		"2013-01-14T10:00:00z",
	]) {
		t.equal(parseDate(text), undefined, text);
	}
});

t.test("every day of the calendar, against Temporal", async (t) => {
	fc.assert(
		fc.property(fc.integer({ min: -719_162, max: 2_932_895 }), (days) => {
			const date = Temporal.PlainDate.from("1970-01-01").add({ days });
			const range = parseDate(date.toString());
			return range?.lo === new Date(days * day).toISOString() && range.precision === "day";
		}),
	);
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 9999 }),
			fc.integer({ min: 1, max: 12 }),
			fc.integer({ min: 1, max: 31 }),
			(year, month, d) => {
				const text = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(d).padStart(2, "0")}`;
				return (parseDate(text) !== undefined) === d <= new Temporal.PlainYearMonth(year, month).daysInMonth;
			},
		),
	);
	t.pass();
});

t.test("instants with offsets, against Temporal", async (t) => {
	const instant = fc.date({ min: new Date("0002-01-01"), max: new Date("9998-01-01"), noInvalidDate: true });
	fc.assert(
		fc.property(instant, fc.integer({ min: -840, max: 840 }), (date, offset) => {
			const sign = offset < 0 ? "-" : "+";
			const zone = `${sign}${String(Math.trunc(Math.abs(offset) / 60)).padStart(2, "0")}:${String(Math.abs(offset) % 60).padStart(2, "0")}`;
			const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
			return parseDate(local + zone)?.lo === date.toISOString();
		}),
	);
	t.pass();
});

t.test("the R4 types", async (t) => {
	t.ok(isDate("2013-01"));
	t.notOk(isDate("2013-01-14T10:00:00Z"));
	t.ok(isDateTime("2013"));
	t.notOk(isDateTime("2013-01-14T10:00:00"), "a time needs a zone");
	t.notOk(isDateTime("2013-01-14T10:00Z"), "a time needs seconds");
	t.ok(isInstant("2013-01-14T10:00:00.123456Z"));
	t.notOk(isInstant("2013-01-14"));
	t.ok(isTime("23:59:60"));
	t.notOk(isTime("24:00:00"));
});
