import type { Period } from "./regimen.ts";

/** What one text says, whatever it leaves open. */
export interface Reading {
	asNeeded: boolean;
	/** Every period that is said; more than one where a text repeats or contradicts itself. */
	readonly periods: SaidPeriod[];
	/** Minutes after midnight. */
	readonly times: Set<number>;
	/** ISO numbers. */
	readonly weekdays: Set<number>;
	/** What could not be read; empty when all was. */
	rest: string;
}

/** `count` is null where only the period is said ("daily"); `hours` where it came from an interval. */
export interface SaidPeriod extends Period {
	readonly count: number | null;
	readonly hours?: number;
}

/** Reads English wording of how often and when, with the abbreviations of prescriptions. Never throws, and guesses nothing. */
export function readWords(text: string): Reading {
	const reading: Reading = { asNeeded: false, periods: [], times: new Set(), weekdays: new Set(), rest: "" };
	if (text.length > longest) return { ...reading, rest: `${text.slice(0, 20)}…` };
	let left = ` ${normalised(text)} `;
	for (const [pattern, take] of rules) {
		left = left.replace(pattern, (whole: string, ...groups: unknown[]) =>
			take(reading, groups as (string | undefined)[]) === false ? whole : " ; ",
		);
	}
	reading.rest = left
		.split(/[\s,;/+&().:–-]+/)
		.filter((word) => word !== "" && !noise.has(word))
		.join(" ");
	return reading;
}

/** Longer than any column is. */
const longest = 500;

function normalised(text: string): string {
	return (
		text
			.normalize("NFKC")
			.toLowerCase()
			.replace(/×/g, "x")
			// b.i.d., p.r.n., a.m.
			.replace(/\b(?:[a-z]\.){2,}/g, (letters) => letters.replaceAll(".", ""))
			.replace(/\s+/g, " ")
			.trim()
	);
}

/** Takes what it matched, unless it answers false. */
type Take = (reading: Reading, groups: (string | undefined)[]) => unknown;

const numbers: Readonly<Record<string, number>> = {
	once: 1,
	one: 1,
	twice: 2,
	two: 2,
	thrice: 3,
	three: 3,
	four: 4,
	five: 5,
	six: 6,
	other: 2,
	second: 2,
	alternate: 2,
	third: 3,
};
const numberWords = "one|two|three|four|five|six";
const count = `(once|twice|thrice|(?:\\d{1,2}|${numberWords}) ?(?:x|times?|doses?))`;
const bare = `(\\d{1,2}|${numberWords})`;

function numberOf(text: string | undefined): number | null {
	if (text === undefined) return null;
	const first = /^(\d{1,2}|[a-z]+)/.exec(text)?.[1] ?? "";
	return numbers[first] ?? (/^\d/.test(first) ? Number(first) : null);
}

function unitOf(text: string | undefined): Period["unit"] {
	if (text?.startsWith("w")) return "week";
	return text?.startsWith("m") ? "month" : "day";
}

const said =
	(unit: Period["unit"], every: number, times: number | null): Take =>
	({ periods }) =>
		void periods.push({ unit, every, count: times });

const at =
	(...hours: number[]): Take =>
	({ times }) => {
		for (const hour of hours) times.add(hour * 60);
	};

const on =
	(...days: number[]): Take =>
	({ weekdays }) => {
		for (const day of days) weekdays.add(day);
	};

/** "every 8 hours": so many a day where they divide it, or every so many days. */
const everyHours: Take = ({ periods }, [text]) => {
	const hours = Number(text);
	if (hours > 0 && hours <= 24 && 24 % hours === 0) {
		periods.push({ unit: "day", every: 1, count: 24 / hours, hours });
	} else if (hours > 24 && hours % 24 === 0) periods.push({ unit: "day", every: hours / 24, count: 1 });
	else return false;
	return undefined;
};

/** "twice a day", "every 2 weeks", "3 times every other day". */
const everyPeriod: Take = ({ periods }, [times, every, unit]) => {
	const step = every === undefined ? 1 : numberOf(every);
	if (step === null || step < 1 || numberOf(times) === 0) return false;
	periods.push({ unit: unitOf(unit), every: step, count: numberOf(times) });
	return undefined;
};

const clock: Take = ({ times }, [hour, minute, half]) => {
	const hours = Number(hour);
	const minutes = Number(minute ?? 0);
	if (minutes > 59 || hours > 23 || (half !== undefined && (hours < 1 || hours > 12))) return false;
	times.add((half === undefined ? hours : (hours % 12) + (half === "pm" ? 12 : 0)) * 60 + minutes);
	return undefined;
};

const dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const day =
	"(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?";
const weekday = (name: string | undefined): number => dayNames.indexOf(name?.slice(0, 3) ?? "") + 1;

const dayRange: Take = ({ weekdays }, [first, last]) => {
	for (let number = weekday(first); ; number = (number % 7) + 1) {
		weekdays.add(number);
		if (number === weekday(last)) return;
	}
};

/** Morning, noon, evening and night of "1-0-1" and "1-0-1-0". */
const scheme: Take = ({ times }, groups) => {
	for (const [index, amount] of groups.slice(0, 4).entries()) {
		if (amount !== undefined && amount !== "0") times.add(([8, 12, 18, 22][index] as number) * 60);
	}
};

/** In order: what an earlier rule takes, a later one no longer sees. */
const rules: readonly (readonly [RegExp, Take])[] = [
	[
		/\b(?:prn|(?:as|if|when|where|whenever) (?:needed|required|necessary))\b/g,
		(reading) => {
			reading.asNeeded = true;
		},
	],
	[/^ (\d)-(\d)-(\d)(?:-(\d))? $/g, scheme],
	[
		/\b(?:\d+(?:\.\d+)?|half|an?|one|two|three|four) ?(?:tablet|tab|capsule|cap|pill|puff|drop|spray|patch|ml|mg|mcg|g|unit|iu)(?:s|es)?\b/g,
		() => undefined,
	],
	[/\b(?:with|without|after|before) (?:food|water|milk)\b|\bon an empty stomach\b|\bwith a meal\b/g, () => undefined],
	[/\b(?:at )?any ?time(?: of (?:the )?day)?\b|\bany\b/g, () => undefined],
	[
		/\b(?:(?:every|q) ?(\d{1,3}) ?(?:hours?|hrs?|h)|(\d{1,3})[ -]?hourly)\b/g,
		(reading, [a, b]) => everyHours(reading, [a ?? b]),
	],
	[/\b(?:(?:on )?alternate days|q ?o ?d|eod)\b/g, said("day", 2, null)],
	[
		new RegExp(
			`\\b(?:${count} )?(?:every|each|q) ?(other|second|2nd|third|3rd|${bare.slice(1, -1)}) ?(day|week|month|d\\b)s?\\b`,
			"g",
		),
		everyPeriod,
	],
	[
		new RegExp(`\\b${count} ?(?:/|per|an?|each|every)? ?()(day|daily|week|weekly|wk|month|monthly)\\b`, "g"),
		(reading, [times, , unit]) => everyPeriod(reading, [times, undefined, unit]),
	],
	[
		new RegExp(`\\b${bare} ?(?:/|per|an?) ?(day|week|wk|month)\\b`, "g"),
		(reading, [times, unit]) => everyPeriod(reading, [times, undefined, unit]),
	],
	[/\bonce (?=(?:every|each) (?:morning|evening|night)|nightly)/g, said("day", 1, 1)],
	[/\b(?:qd|od|sid)\b/g, said("day", 1, 1)],
	[/\b(?:bid|bds?)\b/g, said("day", 1, 2)],
	[/\b(?:tid|tds)\b/g, said("day", 1, 3)],
	[/\b(?:qid|qds)\b/g, said("day", 1, 4)],
	[/\b(?:fortnightly|every fortnight)\b/g, said("week", 2, null)],
	[/\b(?:daily|(?:every|each|per) day)\b/g, said("day", 1, null)],
	[/\b(?:weekly|(?:every|each|per) week|qwk|qweek)\b/g, said("week", 1, null)],
	[/\b(?:monthly|(?:every|each|per) month)\b/g, said("month", 1, null)],
	[/\b(\d{1,2})[:h](\d{2})(?: ?(am|pm))?\b/g, clock],
	[/\b(\d{1,2}) ?()(am|pm)\b/g, (reading, [hour, , half]) => clock(reading, [hour, undefined, half])],
	[/\b(?:(?:with|before|after|at) )?(?:meals|(?:each|every) meal|meal ?times?)\b|\b(?:ac|pc)\b/g, at(8, 12, 18)],
	[/\b(?:(?:with|before|after|at) )?breakfast\b|\b(?:mornings?|qam|am|mane)\b/g, at(8)],
	[/\b(?:(?:with|before|after|at) )?lunch(?:time)?\b|\b(?:noon|midday)\b/g, at(12)],
	[/\bafternoons?\b/g, at(15)],
	[/\b(?:(?:with|before|after|at) )?(?:dinner|supper)(?:time)?\b|\b(?:evenings?|qpm|pm)\b/g, at(18)],
	[/\b(?:before (?:bed|sleep)|at bedtime|bedtime|bed time|qhs|hs|nightly|nights?|nocte|qn)\b/g, at(22)],
	[/\bmidnight\b/g, at(0)],
	[/\b(?:mwf|m ?[/,-] ?w ?[/,-] ?f)\b/g, on(1, 3, 5)],
	[/\b(?:tth|tu?e? ?[/,-] ?th)\b/g, on(2, 4)],
	[/\bweekdays?\b/g, on(1, 2, 3, 4, 5)],
	[/\bweekends?\b/g, on(6, 7)],
	[new RegExp(`\\b${day} ?(?:-|–|to|through|thru) ?${day}\\b`, "g"), dayRange],
	[new RegExp(`\\b${day}\\b`, "g"), (reading, [name]) => on(weekday(name))(reading, [])],
];

/** Words that change nothing. "or", "except", "until", "for" do. */
const noise = new Set(
	"a an and at by day dose doses each every from in mouth of on oral orally per po take taken taking the time times to with".split(
		" ",
	),
);
