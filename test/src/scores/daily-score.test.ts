import fc from "fast-check";
import t from "tap";
import { components, type DayFacts, scoreDay, weights } from "../../../src/scores/daily-score.ts";

const nothing: DayFacts = { samples: [], exerciseMinutes: null, food: null, sleep: null, doses: null };
const sample = { systolicBP: null, diastolicBP: null, heartRate: null, oxygenSaturation: null, temperature: null };
const scores = (more: Partial<DayFacts>) =>
	Object.fromEntries(Object.entries(scoreDay({ ...nothing, ...more }).parts).map(([name, { score }]) => [name, score]));

t.test("a day nobody knows anything about has no score, and says why", async (t) => {
	const { overall, parts } = scoreDay(nothing);
	t.equal(overall, null);
	for (const component of components) t.match(parts[component], { score: null, share: 0, why: /left out$/ });
});

t.test("the weights of what is missing go to the others", async (t) => {
	const { overall, parts } = scoreDay({ ...nothing, doses: { expected: 4, taken: 3 }, exerciseMinutes: 150 });
	t.match(parts.medication, { score: 75, share: 0.556, why: "3 of 4 doses taken" });
	t.match(parts.exercise, { score: 100, share: 0.444 });
	t.equal(overall, Math.round((75 * 25 + 100 * 20) / 45));
	t.equal(
		Object.values(weights).reduce((sum, one) => sum + one),
		100,
	);
});

t.test("each component at its edges", async (t) => {
	const pressure = (systolicBP: number, diastolicBP: number) =>
		scores({ samples: [{ ...sample, systolicBP, diastolicBP }] }).vitals;
	t.same(
		[pressure(119, 79), pressure(120, 79), pressure(119, 80), pressure(140, 70), pressure(150, 100), pressure(88, 60)],
		[100, 75, 50, 25, 0, 0],
	);
	const mixed = { ...sample, heartRate: 70, oxygenSaturation: 91, temperature: 98.6 };
	t.equal(scores({ samples: [mixed, { ...sample, heartRate: 45 }] }).vitals, 58);
	t.same(
		[0, 75, 150, 300].map((exerciseMinutes) => scores({ exerciseMinutes }).exercise),
		[0, 50, 100, 100],
	);
	const slept = (hours: number | null, quality: number | null = null) => scores({ sleep: { hours, quality } }).sleep;
	t.same(
		[3, 4.5, 5, 6.9, 7, 8.9, 9, 10].map((hours) => slept(hours)),
		[0, 20, 40, 70, 100, 100, 90, 40],
	);
	t.same([slept(8, 1), slept(null, 5), slept(null)], [80, 100, null]);
	const ate = (rating: number | null, sodiumMg: number | null) => scores({ food: { rating, sodiumMg } }).nutrition;
	t.same([ate(5, 1500), ate(3, 2500), ate(1, 0), ate(null, 4000), ate(null, null)], [100, 10, 0, 0, null]);
	t.equal(scores({ doses: { expected: 0, taken: 0 } }).medication, null);
});

t.test("scores are whole numbers from 0 to 100, shares add up to 1, and better facts score no worse", async () => {
	const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
	const facts: fc.Arbitrary<DayFacts> = fc.record({
		samples: fc.array(
			fc.record({
				systolicBP: maybe(fc.integer({ min: 1, max: 400 })),
				diastolicBP: maybe(fc.integer({ min: 1, max: 400 })),
				heartRate: maybe(fc.integer({ min: 1, max: 400 })),
				oxygenSaturation: maybe(fc.integer({ min: 1, max: 100 })),
				temperature: maybe(fc.double({ min: 70, max: 120, noNaN: true })),
			}),
			{ maxLength: 5 },
		),
		exerciseMinutes: maybe(fc.integer({ min: 0, max: 5000 })),
		food: maybe(
			fc.record({
				rating: maybe(fc.double({ min: 1, max: 5, noNaN: true })),
				sodiumMg: maybe(fc.double({ min: 0, max: 20_000, noNaN: true })),
			}),
		),
		sleep: maybe(
			fc.record({
				hours: maybe(fc.double({ min: 0, max: 48, noNaN: true })),
				quality: maybe(fc.integer({ min: 1, max: 5 })),
			}),
		),
		doses: maybe(fc.record({ expected: fc.integer({ min: 0, max: 30 }), taken: fc.constant(0) })),
	});
	fc.assert(
		fc.property(facts, (given) => {
			const { overall, parts } = scoreDay(given);
			const all = [overall, ...Object.values(parts).map(({ score }) => score)];
			if (!all.every((score) => score === null || (Number.isInteger(score) && score >= 0 && score <= 100)))
				return false;
			const shares = Object.values(parts).reduce((sum, { share }) => sum + share, 0);
			if (Math.abs(shares - (overall === null ? 0 : 1)) > 0.01) return false;
			const better = scoreDay({
				...given,
				...(given.doses === null ? {} : { doses: { ...given.doses, taken: given.doses.expected } }),
			});
			return (better.overall ?? 0) >= (overall ?? 0);
		}),
	);
});
