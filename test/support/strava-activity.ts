import type { StravaActivity } from "../../src/devices/sandbox/strava-activities.ts";

/** A workout as Strava tells it: a run of half an hour in New York in winter. @param at - when it began, milliseconds since 1970 */
export function stravaActivity(id: number, at: number, more: Partial<StravaActivity> = {}): StravaActivity {
	return {
		id,
		name: `Workout ${id}`,
		sport_type: "Run",
		start_date: new Date(at).toISOString(),
		start_date_local: new Date(at - 4 * 3_600_000).toISOString(),
		timezone: "(GMT-05:00) America/New_York",
		utc_offset: -14_400,
		moving_time: 1800,
		elapsed_time: 2000,
		distance: 5000,
		calories: 300,
		has_heartrate: false,
		...more,
	};
}
