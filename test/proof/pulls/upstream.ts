import type { StravaActivity } from "../../../src/devices/sandbox/strava-activities.ts";
import type { Random } from "../../../src/seed/random.ts";
import { stravaActivity } from "../../support/strava-activity.ts";

const day = 86_400_000;

/** New, edited and deleted workouts of the last six days, which every pull looks at; gives how many. */
export function changeUpstream(
	mine: Map<number, StravaActivity>,
	random: Random,
	most: number,
	newId: () => number,
): number {
	let changes = 0;
	for (const one of [...mine.values()]) {
		const dice = random.next();
		if (dice > 0.1) continue;
		changes++;
		if (dice < 0.03) mine.delete(one.id);
		else {
			// What only the detail tells (calories) is asked for when something changed that the list tells, too.
			const moving_time = 300 + ((one.moving_time - 300 + random.int(1, 599)) % 600);
			mine.set(one.id, { ...one, moving_time, calories: random.int(1, 900) });
		}
	}
	for (let count = most > 100 ? most : random.int(0, most); count > 0; count--) {
		const id = newId();
		// An instant of its own, so that two are never taken for one here.
		const at = Math.floor((Date.now() - random.int(3_600_000, 5 * day)) / 1000) * 1000 + (id % 1000);
		changes++;
		mine.set(id, workout(id, at, random));
	}
	return changes;
}

function workout(id: number, at: number, random: Random): StravaActivity {
	return stravaActivity(id, at, {
		moving_time: random.int(300, 899),
		elapsed_time: 1000,
		distance: random.int(1000, 20_000),
		calories: random.int(1, 900),
	});
}
