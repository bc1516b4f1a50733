import fc from "fast-check";
import t from "tap";
import { understand } from "../../../src/medication/understand.ts";

/** A regimen in short: "2/day 08:00 18:00", "1/Mo,Th", "as-needed", "?". */
function short(frequency: string | null, timeOfDay: string | null = null): string {
	const regimen = understand(frequency, timeOfDay);
	if (regimen.kind === "not-understood") return "?";
	if (regimen.kind === "as-needed") return regimen.kind;
	const { doses, period, weekdays, times } = regimen;
	const days = ["", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
	const often =
		weekdays.length > 0
			? weekdays.map((day) => days[day]).join()
			: `${period.every === 1 ? "" : period.every}${period.unit}`;
	return [`${doses}/${often}`, ...times].join(" ");
}

const cases: [string | null, string | null, string][] = [
	// Counts a day, in words, figures and abbreviations.
	["once daily", null, "1/day"],
	["Once a day", null, "1/day"],
	["one time per day", null, "1/day"],
	["daily", null, "1/day"],
	["every day", null, "1/day"],
	["QD", null, "1/day"],
	["q.d.", null, "1/day"],
	["OD", null, "1/day"],
	["twice daily", null, "2/day"],
	["2x/day", null, "2/day"],
	["2 x daily", null, "2/day"],
	["2× per day", null, "2/day"],
	["2 times a day", null, "2/day"],
	["2 a day", null, "2/day"],
	["two times each day", null, "2/day"],
	["BID", null, "2/day"],
	["b.i.d.", null, "2/day"],
	["three times daily", null, "3/day"],
	["3 times per day", null, "3/day"],
	["thrice daily", null, "3/day"],
	["TID", null, "3/day"],
	["t.d.s.", null, "3/day"],
	["four times a day", null, "4/day"],
	["QID", null, "4/day"],
	["BID (twice a day)", null, "2/day"],
	["1 tablet twice daily", null, "2/day"],
	["take 2 tablets by mouth once daily with food", null, "1/day"],
	["40 mg daily", null, "1/day"],
	// Intervals.
	["every 8 hours", null, "3/day"],
	["Q8H", null, "3/day"],
	["q 8 h", null, "3/day"],
	["8 hourly", null, "3/day"],
	["every 12 hrs", null, "2/day"],
	["every 24 hours", null, "1/day"],
	["every 48 hours", null, "1/2day"],
	["every 8 hours", "06:00", "3/day 06:00 14:00 22:00"],
	["q12h", "9pm", "2/day 09:00 21:00"],
	["every 5 hours", null, "?"],
	["every 4-6 hours", null, "?"],
	["4-6 hourly", null, "?"],
	["every 0 hours", null, "?"],
	// Longer periods.
	["every other day", null, "1/2day"],
	["QOD", null, "1/2day"],
	["on alternate days", null, "1/2day"],
	["every 2nd day", null, "1/2day"],
	["every second day", null, "1/2day"],
	["every 3 days", null, "1/3day"],
	["q2d", null, "1/2day"],
	["every other day", "morning", "1/2day 08:00"],
	["weekly", null, "1/week"],
	["once a week", null, "1/week"],
	["3x per week", null, "3/week"],
	["3 times weekly", null, "3/week"],
	["every 2 weeks", null, "1/2week"],
	["fortnightly", null, "1/2week"],
	["monthly", null, "1/month"],
	["once a month", null, "1/month"],
	["every 3 months", null, "1/3month"],
	// Days of the week.
	["Mon/Wed/Fri", null, "1/Mo,We,Fr"],
	["MWF", null, "1/Mo,We,Fr"],
	["Monday, Wednesday and Friday", null, "1/Mo,We,Fr"],
	["every Tuesday", null, "1/Tu"],
	["weekly on Sundays", "morning", "1/Su 08:00"],
	["once a week (Thursday)", null, "1/Th"],
	["3 times a week: Mon, Wed, Fri", null, "1/Mo,We,Fr"],
	["twice daily Mon-Fri", null, "2/Mo,Tu,We,Th,Fr"],
	["Fri to Mon", null, "1/Mo,Fr,Sa,Su"],
	["weekdays", "8 am", "1/Mo,Tu,We,Th,Fr 08:00"],
	["3x per week Mon Wed", null, "?"],
	["every 2 weeks on Monday", null, "?"],
	// Times of day.
	["once daily", "morning", "1/day 08:00"],
	["once daily", "in the evening", "1/day 18:00"],
	["once daily", "with breakfast", "1/day 08:00"],
	["twice daily", "morning and evening", "2/day 08:00 18:00"],
	["BID", "AM/PM", "2/day 08:00 18:00"],
	["daily", "08:00, 20:00", "2/day 08:00 20:00"],
	["twice a day", "8:30 am & 8:30 pm", "2/day 08:30 20:30"],
	[null, "08:00, 14:00, 20:00", "3/day 08:00 14:00 20:00"],
	[null, "morning", "1/day 08:00"],
	["nightly", null, "1/day 22:00"],
	["once nightly", null, "1/day 22:00"],
	["at bedtime", null, "1/day 22:00"],
	["QHS", null, "1/day 22:00"],
	["every morning", null, "1/day 08:00"],
	["once every morning", null, "1/day 08:00"],
	["with meals", null, "3/day 08:00 12:00 18:00"],
	["three times daily", "with meals", "3/day 08:00 12:00 18:00"],
	["AC & HS", null, "4/day 08:00 12:00 18:00 22:00"],
	["1-0-1", null, "2/day 08:00 18:00"],
	["1-1-1-1", null, "4/day 08:00 12:00 18:00 22:00"],
	["midnight and noon", null, "2/day 00:00 12:00"],
	["12 am", null, "1/day 00:00"],
	["12pm", null, "1/day 12:00"],
	["once daily", "any time", "1/day"],
	["as needed", "any", "as-needed"],
	// What does not fit together counts by frequency, without times.
	["twice daily", "morning", "2/day"],
	["once daily", "morning and evening", "1/day"],
	["once daily", "when the dog has been out", "1/day"],
	// When needed.
	["PRN", null, "as-needed"],
	["p.r.n.", null, "as-needed"],
	["every 4-6 hours as needed", null, "as-needed"],
	["twice daily if needed", null, "as-needed"],
	["twice daily", "when required", "as-needed"],
	// Not understood.
	[null, null, "?"],
	["", "  ", "?"],
	["once", null, "?"],
	["2x", null, "?"],
	["as directed", null, "?"],
	["see leaflet", "morning", "?"],
	["daily except Sundays", null, "?"],
	["once daily or twice daily", null, "?"],
	["once daily for 7 days", null, "?"],
	["twice daily, three times daily", null, "?"],
	["25:00", null, "?"],
	["13 pm", null, "?"],
	["99 times a day", null, "?"],
	["0 times a day", null, "?"],
	["zweimal täglich", null, "?"],
	["biweekly", null, "?"],
];

t.test("wordings people use", async (t) => {
	for (const [frequency, timeOfDay, expected] of cases) {
		t.equal(short(frequency, timeOfDay), expected, `${frequency} | ${timeOfDay}`);
	}
});

t.test("what was set aside or failed is said", async (t) => {
	t.match(understand("twice daily", "morning"), { words: "2 doses a day", remarks: [/one time of day for 2 doses/] });
	t.match(understand("once daily", "after yoga"), { remarks: [/"after yoga" was not understood/] });
	t.match(understand("daily except Sundays", null), { kind: "not-understood", words: /except/ });
	t.match(understand("BID", "am, pm"), { words: "2 doses a day, at 08:00 and 18:00", remarks: [] });
	t.match(understand("every 2 weeks", null), { words: "1 dose every 2 weeks" });
	t.match(understand("MWF", null), { words: "1 dose on Monday, Wednesday, Friday" });
});

const word = fc.constantFrom(
	..."once twice 2x 3 daily day a per every other week mon fri - / , at 8am 08:00 pm morning bedtime meals prn bid q8h hours or except tablet 1-0-1".split(
		" ",
	),
);
const wording = fc.oneof(
	fc.array(word, { maxLength: 8 }).map((words) => words.join(" ")),
	fc.string({ unit: "binary", maxLength: 255 }),
);

t.test("any text: an answer that holds together, whatever the case of its letters", async (t) => {
	fc.assert(
		fc.property(fc.option(wording), fc.option(wording), (frequency, timeOfDay) => {
			const regimen = understand(frequency, timeOfDay);
			if (regimen.kind !== "scheduled") return regimen.words !== "";
			const { doses, period, times, weekdays } = regimen;
			const ordered = times.every((time, index) => index === 0 || (times[index - 1] as string) < time);
			const daily = weekdays.length === 0 || (period.unit === "day" && period.every === 1);
			const fits = times.length === 0 || times.length === doses;
			return doses >= 1 && doses <= 24 && period.every >= 1 && ordered && daily && fits;
		}),
		{ numRuns: 2000 },
	);
	fc.assert(
		fc.property(fc.array(word, { maxLength: 8 }), (words) => {
			const text = words.join(" ");
			return short(text) === short(text.toUpperCase()) && short(text) === short(`  ${text.replaceAll(" ", "  ")} `);
		}),
		{ numRuns: 1000 },
	);
	t.pass();
});

t.test("a text longer than a column is not looked at", async (t) => {
	t.equal(short("daily ".repeat(100)), "?");
	t.equal(short("daily ".repeat(40)), "1/day");
});
