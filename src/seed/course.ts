import type { Day } from "./days.ts";

/**
 * How somebody heals: the level that a measure has on a day, before noise. Before the operation the heart is unwell but the
 * body calm; right after it everything is off, and returns exponentially at each measure's own pace.
 */
export interface Course {
	readonly systolic: (day: Day) => number;
	readonly diastolic: (day: Day) => number;
	readonly heartRate: (day: Day) => number;
	readonly oxygenSaturation: (day: Day) => number;
	/** °F */
	readonly temperature: (day: Day) => number;
	/** lb, without episodes of fluid retention */
	readonly weight: (day: Day) => number;
}

/** Where the measures of one person settle once they have healed. */
export interface Baseline {
	readonly systolic: number;
	readonly diastolic: number;
	readonly heartRate: number;
	/** lb */
	readonly weight: number;
}

/** The course towards this baseline. */
export function courseTowards(baseline: Baseline): Course {
	const level =
		(settled: number, before: number, afterwards: number, daysToThird: number) =>
		({ sinceSurgery }: Day): number =>
			sinceSurgery < 0 ? settled + before : settled + afterwards * Math.exp(-sinceSurgery / daysToThird);
	return {
		systolic: level(baseline.systolic, 14, 19, 45),
		diastolic: level(baseline.diastolic, 8, 9, 45),
		heartRate: level(baseline.heartRate, 7, 26, 32),
		oxygenSaturation: level(97.4, -1.8, -4.8, 9),
		temperature: level(98.1, 0, 1.3, 4),
		weight: level(baseline.weight, 5, 9, 16),
	};
}
