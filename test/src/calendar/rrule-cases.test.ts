import t from "tap";
import { budgetOf } from "../../../src/calendar/budget.ts";
import { instantAt } from "../../../src/calendar/civil-time.ts";
import { parseExceptions } from "../../../src/calendar/exceptions.ts";
import { parseRule } from "../../../src/calendar/parse-rule.ts";
import { occurrencesOf, type Series } from "../../../src/calendar/series.ts";
import { readStamp } from "../../../src/calendar/stamp.ts";
import { dataFiles, needsData } from "../fhir/shared-data.ts";

/** Cases of ../shared/data/rrule that ask for what an event here cannot be, each with its reason. */
const notOurs: Readonly<Record<string, string>> = {
	testStrSet: "two RRULEs; the column holds one, and RFC 5545 says there should not be more",
	testStrSetExRule: "EXRULE, which RFC 5545 took out of iCalendar",
	testStrSetDateAndExRule: "EXRULE, which RFC 5545 took out of iCalendar",
};

interface Case {
	readonly id: string;
	readonly text: string;
	readonly tzid: string | null;
	readonly expected: readonly string[];
	readonly expectedWithOffset: readonly string[] | null;
}

/** Far more than any case needs, as rules with COUNT=3 every hundred years do. */
const always = { from: 0, to: Date.UTC(9000, 0) };

const files =
	needsData.skip === undefined ? new Map([...dataFiles("rrule", ".json")].map((f) => [f.name, f.text])) : new Map();

t.test("every case of dateutil's own suite", needsData, async (t) => {
	const { cases } = JSON.parse(files.get("dateutil-rrule-cases.json") as string) as { cases: Case[] };
	t.equal(cases.length, 224);
	for (const { id, text, tzid, expected, expectedWithOffset } of cases) {
		if (notOurs[id] !== undefined) continue;
		// dateutil also takes lines apart where there is only a space.
		const lines = text.trim().toUpperCase().replace("AMERICA/NEW_YORK", "America/New_York").split(/\s+/);
		const exceptions = parseExceptions(lines.filter((line) => /^(EX|R)DATE/.test(line)).join("\n"));
		const zone = tzid ?? "UTC";
		const series: Series = {
			start: startOf(lines, zone),
			end: null,
			isAllDay: false,
			// dateutil knows sets of dates alone; an event here has a rule, which then makes the first one.
			rule: parseRule(lines.find((line) => line.startsWith("RRULE")) ?? "FREQ=DAILY;COUNT=1"),
			exceptions,
			zone,
		};
		const found = occurrencesOf(series, always, expected.length + 1, budgetOf(5_000_000)).map(({ start }) => start);
		const wanted = (expectedWithOffset ?? expected.map((local) => `${local}Z`)).map((one) => Date.parse(one));
		t.strictSame(found, wanted, `${id}: ${text}`);
	}
});

t.test("every case of RFC 5545 across the change of clocks", needsData, async (t) => {
	const { cases } = JSON.parse(files.get("rfc5545-dst-cases.json") as string) as {
		cases: { title: string; tzid: string; dtstart: string; rrule: string; complete: boolean; expectedUtc: string[] }[];
	};
	t.equal(cases.length, 18);
	for (const { title, tzid, dtstart, rrule, complete, expectedUtc } of cases) {
		const start = startOf([`DTSTART:${dtstart}`], tzid);
		const series = {
			start,
			end: null,
			isAllDay: false,
			rule: parseRule(rrule),
			exceptions: parseExceptions(""),
			zone: tzid,
		};
		const most = expectedUtc.length + (complete ? 1 : 0);
		const found = occurrencesOf(series, always, most, budgetOf(5_000_000));
		t.strictSame(
			found.map(({ start: at }) => at),
			expectedUtc.map((one) => Date.parse(one)),
			`${title}: ${rrule}`,
		);
	}
});

function startOf(lines: readonly string[], zone: string): number {
	const stamp = readStamp((lines.find((line) => line.startsWith("DTSTART")) ?? "").replace(/^.*:/, ""));
	return instantAt(stamp?.written ?? Number.NaN, zone);
}
