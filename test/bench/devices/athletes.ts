import type { StravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import { stravaActivity } from "../../support/strava-activity.ts";

/** People of a stand-in, numbered on from `from`, each with so many workouts spread over so many days before now. */
export interface Athletes {
	readonly from: number;
	readonly count: number;
	readonly each: number;
	readonly days: number;
}

/** Gives athletes their workouts; the same ones each time. */
export function addAthletes(
	strava: Pick<StravaSandbox, "activitiesOf">,
	{ from, count, each, days }: Athletes,
	now: number,
): void {
	const apart = (days * 86_400_000) / each;
	for (let athlete = from; athlete < from + count; athlete++) {
		const mine = strava.activitiesOf(athlete);
		for (let n = 0; n < each; n++) {
			const id = athlete * 100_000 + n;
			const at = Math.floor((now - 3_600_000 - n * apart) / 1000) * 1000;
			const workout = {
				name: `Workout ${n}`,
				moving_time: 1200 + (n % 1800),
				elapsed_time: 1800 + (n % 1800),
				distance: 3000 + (n % 9000),
				calories: 100 + (n % 700),
				has_heartrate: true,
				average_heartrate: 110 + (n % 40),
				max_heartrate: 150 + (n % 30),
			};
			mine.set(id, stravaActivity(id, at, workout));
		}
	}
}
