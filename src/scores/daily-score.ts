/** What is scored, in the order of `daily_scores`' columns. */
export const components = ["exercise", "nutrition", "sleep", "medication", "vitals"] as const;
export type Component = (typeof components)[number];

/** How much each counts. */
export const weights: Readonly<Record<Component, number>> = {
	exercise: 20,
	nutrition: 15,
	sleep: 15,
	medication: 25,
	vitals: 25,
};

/** One measurement, in the units of the columns. */
export interface ScoredSample {
	readonly systolicBP: number | null;
	readonly diastolicBP: number | null;
	readonly heartRate: number | null;
	readonly oxygenSaturation: number | null;
	readonly temperature: number | null;
}

/** What is known of one civil day of a person; null where nothing is. */
export interface DayFacts {
	readonly samples: readonly ScoredSample[];
	/** Minutes of the seven days up to this one; null for who has logged none within four weeks. */
	readonly exerciseMinutes: number | null;
	readonly food: { readonly rating: number | null; readonly sodiumMg: number | null } | null;
	readonly sleep: { readonly hours: number | null; readonly quality: number | null } | null;
	/** Doses whose time is over or that were taken. */
	readonly doses: { readonly expected: number; readonly taken: number } | null;
}

/** What one component came to. */
export interface Part {
	/** 0 to 100; null where nothing is known. */
	readonly score: number | null;
	/** What it counts of the whole, 0 to 1; 0 where nothing is known. */
	readonly share: number;
	/** In words. */
	readonly why: string;
}

/** A day's score. */
export interface DayScore {
	/** 0 to 100; null where nothing at all is known. */
	readonly overall: number | null;
	readonly parts: Readonly<Record<Component, Part>>;
}

/** The score of a day (README.md). */
export function scoreDay(facts: DayFacts): DayScore {
	const found: Readonly<Record<Component, Omit<Part, "share">>> = {
		exercise: exercise(facts.exerciseMinutes),
		nutrition: nutrition(facts.food),
		sleep: sleep(facts.sleep),
		medication: medication(facts.doses),
		vitals: vitals(facts.samples),
	};
	const known = components.filter((component) => found[component].score !== null);
	const total = known.reduce((sum, component) => sum + weights[component], 0);
	const share = (component: Component) =>
		found[component].score === null ? 0 : Math.round((weights[component] / total) * 1000) / 1000;
	const sum = known.reduce((all, component) => all + weights[component] * (found[component].score ?? 0), 0);
	const parts = Object.fromEntries(
		components.map((component) => [component, { ...found[component], share: share(component) }]),
	) as unknown as DayScore["parts"];
	return { overall: total === 0 ? null : Math.round(sum / total), parts };
}

const missing = (why: string) => ({ score: null, why: `${why}: left out` });

/** AHA: 150 minutes a week. */
const minutesOfWeek = 150;

function exercise(minutes: number | null) {
	if (minutes === null) return missing("No exercise logged within four weeks");
	return {
		score: bounded((100 * minutes) / minutesOfWeek),
		why: `${minutes} of ${minutesOfWeek} minutes within seven days`,
	};
}

function nutrition(food: DayFacts["food"]) {
	if (food === null || (food.rating === null && food.sodiumMg === null)) return missing("No rated food entered");
	// 1 of 5 is the least a food can have.
	const rated = food.rating === null ? 100 : ((food.rating - 1) / 4) * 100;
	const salt = Math.max(0, (food.sodiumMg ?? 0) - 1500) / 25;
	const words = [
		...(food.rating === null ? [] : [`foods rated ${round1(food.rating)} of 5`]),
		...(food.sodiumMg === null ? [] : [`${Math.round(food.sodiumMg)} mg of sodium (1500 is fine)`]),
	];
	return { score: bounded(rated - salt), why: words.join(", ") };
}

function sleep(night: DayFacts["sleep"]) {
	if (night === null || (night.hours === null && night.quality === null)) return missing("No sleep entered");
	const slept = night.hours === null ? null : hoursScore(night.hours);
	const felt = night.quality === null ? null : ((night.quality - 1) / 4) * 100;
	const score = slept === null ? (felt as number) : felt === null ? slept : slept * 0.8 + felt * 0.2;
	const words = [
		...(night.hours === null ? [] : [`${round1(night.hours)} hours (7 to 9 are best)`]),
		...(night.quality === null ? [] : [`rated ${night.quality} of 5`]),
	];
	return { score: bounded(score), why: words.join(", ") };
}

/** AHA, Life's Essential 8. */
function hoursScore(hours: number): number {
	if (hours < 4) return 0;
	if (hours < 5) return 20;
	if (hours < 6 || hours >= 10) return 40;
	if (hours < 7) return 70;
	return hours < 9 ? 100 : 90;
}

function medication(doses: DayFacts["doses"]) {
	if (doses === null || doses.expected === 0) return missing("No doses expected");
	const { expected, taken } = doses;
	return { score: bounded((100 * taken) / expected), why: `${taken} of ${expected} doses taken` };
}

function vitals(samples: readonly ScoredSample[]) {
	const scored = samples.map(sampleScore).filter((score) => score !== null);
	if (scored.length === 0) return missing("No vital signs measured");
	const mean = scored.reduce((sum, score) => sum + score, 0) / scored.length;
	return {
		score: bounded(mean),
		why: `mean of ${scored.length} ${scored.length === 1 ? "measurement" : "measurements"}`,
	};
}

function sampleScore(sample: ScoredSample): number | null {
	const found = [
		pressureScore(sample.systolicBP, sample.diastolicBP),
		sample.heartRate === null ? null : pulseScore(sample.heartRate),
		sample.oxygenSaturation === null ? null : saturationScore(sample.oxygenSaturation),
		sample.temperature === null ? null : temperatureScore(sample.temperature),
	].filter((score) => score !== null);
	return found.length === 0 ? null : found.reduce((sum, score) => sum + score, 0) / found.length;
}

/** AHA, Life's Essential 8; the worse of the two. What is too low counts as what is far too high (NEWS2). */
function pressureScore(systolic: number | null, diastolic: number | null): number | null {
	if (systolic === null && diastolic === null) return null;
	const high = systolic ?? 0;
	const low = diastolic ?? 0;
	if (high >= 160 || low >= 100 || (systolic !== null && systolic <= 90)) return 0;
	if (high >= 140 || low >= 90) return 25;
	if (high >= 130 || low >= 80) return 50;
	return high >= 120 ? 75 : 100;
}

function pulseScore(rate: number): number {
	if (rate <= 40 || rate >= 131) return 0;
	return rate < 50 || rate > 100 ? 50 : 100;
}

function saturationScore(percent: number): number {
	if (percent >= 96) return 100;
	return percent >= 94 ? 75 : percent >= 92 ? 40 : 0;
}

function temperatureScore(fahrenheit: number): number {
	if (fahrenheit <= 95 || fahrenheit >= 102.3) return 0;
	return fahrenheit < 96.8 || fahrenheit >= 100.4 ? 50 : 100;
}

function bounded(score: number): number {
	return Math.max(0, Math.min(100, Math.round(score)));
}

function round1(value: number): number {
	return Math.round(value * 10) / 10;
}
