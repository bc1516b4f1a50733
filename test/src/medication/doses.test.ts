import fc from "fast-check";
import t from "tap";
import { addUp, outcomes } from "../../../src/medication/adherence.ts";
import { type ExpectedDose, expectedDoses } from "../../../src/medication/expected-doses.ts";
import { matchDoses } from "../../../src/medication/match-doses.ts";
import type { Scheduled } from "../../../src/medication/regimen.ts";
import { understand } from "../../../src/medication/understand.ts";

const date = (text: string) => Temporal.PlainDate.from(text);
const instant = (text: string) => Temporal.Instant.from(text);

function regimen(frequency: string, timeOfDay: string | null = null): Scheduled {
	const understood = understand(frequency, timeOfDay);
	if (understood.kind !== "scheduled") throw new Error(`${frequency}: ${understood.words}`);
	return understood;
}

function expect(from: string, to: string, given: { begins?: string; ends?: string; zone?: string } = {}) {
	return {
		zone: given.zone ?? "America/New_York",
		begins: date(given.begins ?? "2020-01-01"),
		ends: given.ends === undefined ? null : date(given.ends),
		from: date(from),
		to: date(to),
	};
}

/** Due times in the zone, or the dates of doses without one. */
function shown(doses: readonly ExpectedDose[], zone = "America/New_York"): string[] {
	return doses.map(({ due, date }) => due?.toZonedDateTimeISO(zone).toPlainDateTime().toString() ?? date.toString());
}

t.test("days, weekdays, periods; begin and end count", async (t) => {
	t.same(shown(expectedDoses(regimen("BID", "am and pm"), expect("2026-03-01", "2026-03-02"))), [
		"2026-03-01T08:00:00",
		"2026-03-01T18:00:00",
		"2026-03-02T08:00:00",
		"2026-03-02T18:00:00",
	]);
	t.equal(expectedDoses(regimen("daily"), expect("2026-03-01", "2026-03-31")).length, 31);
	const within = expect("2026-03-01", "2026-03-31", { begins: "2026-03-10", ends: "2026-03-12" });
	t.same(shown(expectedDoses(regimen("daily"), within)), ["2026-03-10", "2026-03-11", "2026-03-12"]);
	t.same(shown(expectedDoses(regimen("MWF"), expect("2026-03-01", "2026-03-07"))), [
		"2026-03-02",
		"2026-03-04",
		"2026-03-06",
	]);
	const alternate = expect("2026-03-02", "2026-03-07", { begins: "2026-03-01" });
	t.same(shown(expectedDoses(regimen("every other day"), alternate)), ["2026-03-03", "2026-03-05", "2026-03-07"]);
	const monthly = expect("2026-02-01", "2026-05-31", { begins: "2026-01-31" });
	t.same(shown(expectedDoses(regimen("monthly"), monthly)), ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]);
	t.same(expectedDoses(regimen("daily"), expect("2026-03-02", "2026-03-01")), []);
	t.same(expectedDoses(regimen("daily"), expect("2026-03-01", "2026-03-02", { begins: "2026-04-01" })), []);
});

t.test("clocks put forward and back in three zones: each day has its doses, and days stay apart", async (t) => {
	for (const [zone, forward, back] of [
		["America/New_York", "2026-03-08", "2026-11-01"],
		["Europe/Berlin", "2026-03-29", "2026-10-25"],
		["Australia/Lord_Howe", "2026-10-04", "2026-04-05"],
	] as const) {
		for (const [day, hours] of [
			[forward, zone === "Australia/Lord_Howe" ? 23.5 : 23],
			[back, zone === "Australia/Lord_Howe" ? 24.5 : 25],
		] as const) {
			const doses = expectedDoses(regimen("every 6 hours", "02:30"), expect(day, day, { zone }));
			t.equal(doses.length, 4, `${zone} ${day}`);
			const whole = expectedDoses(regimen("daily"), expect(day, day, { zone }))[0] as ExpectedDose;
			t.equal(whole.opens.until(whole.closes).total("hours"), hours, `${zone} ${day}`);
			const eight = expectedDoses(regimen("daily", "8 am"), expect(day, day, { zone }))[0] as ExpectedDose;
			t.equal(eight.due?.toZonedDateTimeISO(zone).hour, 8, `${zone} ${day}`);
		}
	}
	// 02:30 does not exist that day: the dose is due an hour later.
	const [skipped] = expectedDoses(regimen("daily", "02:30"), expect("2026-03-08", "2026-03-08"));
	t.equal(skipped?.due?.toString(), "2026-03-08T07:30:00Z");
});

const regimens = fc.constantFrom(
	regimen("daily"),
	regimen("BID", "am and pm"),
	regimen("every 8 hours", "midnight"),
	regimen("every 4 hours", "02:15"),
	regimen("02:15, 02:45, 03:10"),
	regimen("MWF", "bedtime"),
	regimen("3x per week"),
	regimen("every other day", "morning"),
	regimen("monthly"),
	regimen("00:00"),
);
const zones = fc.constantFrom("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC");
const days = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 40 }));

t.test("windows are the same or have nothing in common, and a range is the sum of its days", async (t) => {
	fc.assert(
		fc.property(regimens, zones, days, (regimen, zone, [start, length]) => {
			const from = date("2026-01-01").add({ days: start });
			const range = { zone, begins: date("2025-12-31"), ends: null, from, to: from.add({ days: length }) };
			const doses = expectedDoses(regimen, range);
			for (const [index, dose] of doses.entries()) {
				const before = doses[index - 1];
				if (Temporal.Instant.compare(dose.opens, dose.closes) > 0) return false;
				if (before === undefined) continue;
				const same = before.opens.equals(dose.opens) && before.closes.equals(dose.closes);
				if (!same && Temporal.Instant.compare(before.closes, dose.opens) > 0) return false;
			}
			const oneByOne = Array.from({ length: length + 1 }, (_, index) => from.add({ days: index })).flatMap((day) =>
				expectedDoses(regimen, { ...range, from: day, to: day }),
			);
			return JSON.stringify(doses) === JSON.stringify(oneByOne);
		}),
		{ numRuns: 300 },
	);
	t.pass();
});

const hour = (number: number) => instant("2026-01-01T00:00:00Z").add({ minutes: number * 10 });
const window = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 8 })).map(([opens, length]) => ({
	date: date("2026-01-01"),
	due: null,
	opens: hour(opens),
	closes: hour(opens + length),
}));

t.test("as many doses are taken as can be; no log counts twice, whatever their order", async (t) => {
	fc.assert(
		fc.property(
			fc.array(window, { maxLength: 6 }),
			fc.array(fc.integer({ min: 0, max: 28 }).map(hour), { maxLength: 6 }),
			(doses, logs) => {
				const { takenAt, extra } = matchDoses(doses, logs);
				const used = takenAt.filter((at) => at !== null);
				const fits = takenAt.every((at, index) => at === null || isIn(doses[index] as ExpectedDose, at));
				const accounted = [...used, ...extra].map(String).sort().join() === logs.map(String).sort().join();
				const again = matchDoses(doses, [...logs].reverse());
				return fits && accounted && used.length === most(doses, logs) && String(again.takenAt) === String(takenAt);
			},
		),
		{ numRuns: 1500 },
	);
	t.pass();
});

function isIn({ opens, closes }: ExpectedDose, log: Temporal.Instant): boolean {
	return Temporal.Instant.compare(opens, log) <= 0 && Temporal.Instant.compare(log, closes) < 0;
}

/** The most doses that could be taken, by trying everything. */
function most(doses: readonly ExpectedDose[], logs: readonly Temporal.Instant[]): number {
	const [dose, ...others] = doses;
	if (dose === undefined) return 0;
	const taken = logs.flatMap((log, index) => (isIn(dose, log) ? [1 + most(others, logs.toSpliced(index, 1))] : []));
	return Math.max(most(others, logs), ...taken);
}

const sumsOf = (...given: Parameters<typeof outcomes>) => outcomes(...given).sums;

t.test("adherence at a moment", async (t) => {
	const doses = expectedDoses(regimen("BID", "am and pm"), expect("2026-03-01", "2026-03-02"));
	const logs = ["2026-03-01T13:10:00Z", "2026-03-01T13:12:00Z", "2026-03-02T04:30:00Z"].map(instant);
	// Two logs of the morning are one dose and one too many; half past eleven at night is still the evening's dose.
	t.same(sumsOf(doses, logs, instant("2026-03-02T15:00:00Z")), {
		expected: 2,
		taken: 2,
		missed: 0,
		pending: 2,
		extra: 1,
		rate: 1,
	});
	t.match(sumsOf(doses, logs, instant("2026-03-02T19:00:00Z")), { missed: 1, pending: 1, rate: 0.667 });
	t.match(sumsOf(doses, [], instant("2026-02-01T00:00:00Z")), { expected: 0, pending: 4, rate: null });
	t.match(addUp([]), { expected: 0, rate: null });
});
