import fc from "fast-check";
import t from "tap";
import { decide, type Situation } from "../../../src/alerts/decide.ts";
import { defaultRules } from "../../../src/alerts/default-rules.ts";
import { effectiveRules, problemsOf } from "../../../src/alerts/effective-rules.ts";
import type { Reading, Written } from "../../../src/alerts/reading.ts";
import { type AlertRule, isGraver, measuresOf, type PersonalLimits } from "../../../src/alerts/rule.ts";
import { isRecovered, risesIn, violationOf } from "../../../src/alerts/violation.ts";

const now = Date.parse("2026-11-27T21:00:00Z");
const limits: PersonalLimits = {
	maxHeartRate: 120,
	targetHeartRate: 100,
	restingHeartRate: 60,
	systolicGoal: 120,
	diastolicGoal: 80,
	weightGoal: 180,
};
const none = Object.fromEntries(Object.keys(limits).map((name) => [name, null])) as unknown as PersonalLimits;

const rule = (id: string): AlertRule => {
	const found = defaultRules.find((one) => one.id === id);
	if (found === undefined) throw new Error(id);
	return found;
};
const reading = (values: Reading["values"], minutes = 0, id = 1): Reading => ({
	source: "vitals_samples",
	id,
	userId: 1,
	at: now - minutes * 60_000,
	values,
});
const written = (one: Reading, isNew = true): Written => ({ ...one, reading: one, isNew });
const situation = (more: Partial<Situation>): Situation => ({
	rule: rule("heart-rate-high"),
	limits,
	now,
	standing: undefined,
	quiet: undefined,
	causes: [],
	written: [],
	latest: undefined,
	weights: [],
	...more,
});

t.test("the default rules make sense, and say where they come from", async (t) => {
	t.equal(new Set(defaultRules.map(({ id }) => id)).size, defaultRules.length);
	for (const one of defaultRules) {
		t.same(problemsOf(one, one), [], one.id);
		t.match(one.id, /^[a-z]+(-[a-z]+)*$/);
		t.ok(one.source.length > 20 && one.advice.endsWith("."), one.id);
	}
});

t.test("each threshold of the default rules, on it and just inside", async (t) => {
	const severityAt = (id: string, values: Reading["values"]) =>
		violationOf(rule(id), reading(values), limits)?.severity;
	const cases: [string, Reading["values"], string | undefined][] = [
		["heart-rate-high", { heartRate: 110 }, undefined],
		["heart-rate-high", { heartRate: 111 }, "medium"],
		["heart-rate-high", { heartRate: 130 }, "medium"],
		["heart-rate-high", { heartRate: 131 }, "critical"],
		["heart-rate-low", { heartRate: 46 }, undefined],
		["heart-rate-low", { heartRate: 45 }, "medium"],
		["heart-rate-low", { heartRate: 40 }, "critical"],
		["blood-pressure-high", { systolicBP: 159, diastolicBP: 99 }, undefined],
		["blood-pressure-high", { systolicBP: 120, diastolicBP: 100 }, "medium"],
		["blood-pressure-high", { systolicBP: 180, diastolicBP: 120 }, "medium"],
		["blood-pressure-high", { systolicBP: 181, diastolicBP: 80 }, "critical"],
		["blood-pressure-high", { diastolicBP: 121 }, "critical"],
		["blood-pressure-low", { systolicBP: 96 }, undefined],
		["blood-pressure-low", { systolicBP: 90 }, "critical"],
		["oxygen-low", { oxygenSaturation: 94 }, undefined],
		["oxygen-low", { oxygenSaturation: 93 }, "medium"],
		["oxygen-low", { oxygenSaturation: 91 }, "high"],
		["oxygen-low", { oxygenSaturation: 88 }, "critical"],
		["temperature-high", { temperature: 100.3 }, undefined],
		["temperature-high", { temperature: 100.4 }, "medium"],
		["temperature-low", { temperature: 95 }, "high"],
		["heart-rate-over-maximum", { heartRate: 120 }, undefined],
		["heart-rate-over-maximum", { heartRate: 121 }, "high"],
		["heart-rate-over-resting", { heartRate: 100 }, "low"],
		["blood-pressure-over-goal", { systolicBP: 139, diastolicBP: 89 }, undefined],
		["blood-pressure-over-goal", { systolicBP: 139, diastolicBP: 90 }, "low"],
		["exercise-over-maximum", { peakHeartRate: 140 }, "critical"],
		["exercise-over-target", { meanHeartRate: 115 }, "low"],
	];
	for (const [id, values, severity] of cases)
		t.equal(severityAt(id, values), severity, `${id} ${JSON.stringify(values)}`);
	t.match(violationOf(rule("blood-pressure-high"), reading({ systolicBP: 192, diastolicBP: 121 }), none), {
		measure: "systolicBP",
		value: 192,
		limit: 180,
	});
	t.equal(violationOf(rule("heart-rate-over-maximum"), reading({ heartRate: 200 }), none), undefined);
	t.equal(isRecovered(rule("heart-rate-over-maximum"), reading({ heartRate: 200 }), none), true, "the limit is gone");
});

t.test("no value both violates a rule and ends its alert", async () => {
	const single = defaultRules.filter(({ condition }) => condition.kind === "above" || condition.kind === "below");
	const value = fc.double({ min: 0, max: 300, noNaN: true });
	const values = fc.record(Object.fromEntries(single.flatMap(measuresOf).map((measure) => [measure, value])));
	fc.assert(
		fc.property(fc.constantFrom(...single), values, fc.constantFrom(limits, none), (one, given, whose) => {
			const what = reading(given);
			return !(violationOf(one, what, whose) !== undefined && isRecovered(one, what, whose));
		}),
	);
});

t.test("a rise is over the least weight of the time before, not over any other", async (t) => {
	const day = 24 * 60;
	const weights = [180, 179, 181, 182.1, 185.2].map((weight, index) => reading({ weight }, (4 - index) * day, index));
	t.same([...risesIn(rule("weight-gain-day"), weights).keys()], [4]);
	t.same([...risesIn(rule("weight-gain-week"), weights).keys()], [4]);
	t.match(risesIn(rule("weight-gain-week"), weights).get(4), { baseline: 179, value: 185.2, severity: "high" });
	t.equal(
		risesIn(rule("weight-gain-day"), [reading({ weight: 150 }, 60 * 31), reading({ weight: 160 }, 0, 2)]).size,
		0,
	);
});

t.test("whatever order readings come in, one alert stands for them, as grave as the worst", async () => {
	const rates = fc.array(fc.integer({ min: 100, max: 150 }), { minLength: 1, maxLength: 12 });
	fc.assert(
		fc.property(rates, fc.boolean(), (given, together) => {
			const all = given.map((heartRate, index) => written(reading({ heartRate }, 100 - index, index)));
			let standing: Situation["standing"];
			let raised = 0;
			for (const some of together ? [all] : all.map((one) => [one])) {
				const { raise, change } = decide(situation({ standing, written: some }));
				if (raise !== undefined) {
					raised++;
					standing = {
						alertId: 1,
						severity: raise.worst.severity,
						firstAt: raise.firstAt,
						lastAt: raise.lastAt,
						baseline: null,
					};
				} else if (change !== undefined && standing !== undefined) standing = { ...standing, ...change };
			}
			const worst = Math.max(...given);
			const expected = worst >= 131 ? "critical" : worst >= 111 ? "medium" : undefined;
			return standing?.severity === expected && raised === (expected === undefined ? 0 : 1);
		}),
	);
});

t.test("nothing follows from what nothing follows from", async (t) => {
	t.same(decide(situation({ written: [written(reading({ heartRate: 80 }))] })), { keep: [], drop: [] });
	t.same(
		decide(situation({ written: [written(reading({ heartRate: 200 }, 25 * 60))] })),
		{ keep: [], drop: [] },
		"old",
	);
	t.same(decide(situation({ written: [written(reading({ heartRate: 200 }, -11))] })), { keep: [], drop: [] }, "future");
	t.same(decide(situation({ written: [written(reading({ weight: 200 }))] })), { keep: [], drop: [] });
});

t.test("what admins change is checked, and counts", async (t) => {
	const high = rule("heart-rate-high");
	const settings = { enabled: true, recovery: { heartRate: 100 } };
	const paths = (levels: AlertRule["levels"], recovery: AlertRule["recovery"] = settings.recovery) =>
		problemsOf(high, { ...settings, recovery, levels }).map(({ path }) => path);
	t.same(paths([]), ["levels"]);
	t.same(paths([{ severity: "low", at: {} }]), ["levels[0].at"]);
	t.same(paths([{ severity: "low", at: { weight: 3 } }]), ["levels[0].at.weight"]);
	t.same(
		paths([
			{ severity: "high", at: { heartRate: 120 } },
			{ severity: "low", at: { heartRate: 140 } },
		]),
		["levels[1].severity"],
	);
	t.same(
		paths([
			{ severity: "low", at: { heartRate: 120 } },
			{ severity: "high", at: { heartRate: 120 } },
		]),
		["levels[1].at.heartRate"],
	);
	t.same(paths([{ severity: "low", at: { heartRate: 90 } }]), ["recovery.heartRate"]);
	t.same(paths([{ severity: "low", at: { heartRate: 120 } }]), []);
	const [changed] = effectiveRules([
		{
			rule_id: "heart-rate-high",
			enabled: false,
			levels: JSON.stringify([{ severity: "low", at: { heartRate: 120 } }]),
			recovery: null,
			changed_by: 1,
			changed_at: "",
		},
	]);
	t.match(changed, { id: "heart-rate-high", enabled: false, recovery: null, title: high.title });
	t.ok(isGraver("critical", "low"));
});
