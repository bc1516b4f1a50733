import type { Exercise } from "./measures.ts";

/** Which part of both together they must share in time to be one workout. */
const share = 0.6;

/**
 * Whether two vendors tell of the same workout: a watch that hands its workouts on to Strava, say. They share most of their time, and are of
 * the same sort where both say which.
 */
export function isSameWorkout(one: Exercise, other: Exercise): boolean {
	const [from, to] = [one, other].map(({ at, endedAt }) => [Date.parse(at), Date.parse(endedAt)] as const) as [
		Span,
		Span,
	];
	const common = Math.min(from[1], to[1]) - Math.max(from[0], to[0]);
	const whole = Math.max(from[1], to[1]) - Math.min(from[0], to[0]);
	if (whole <= 0 || common / whole < share) return false;
	return one.activity === other.activity || one.activity === "other" || other.activity === "other";
}

type Span = readonly [from: number, to: number];
