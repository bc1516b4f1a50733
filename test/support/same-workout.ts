import { stravaActivity } from "./strava-activity.ts";

// One run at lunch, as two watches saw it: at the same time, ten seconds apart.

/** As Strava tells it. */
export const runAtStrava = stravaActivity(1, Date.parse("2026-03-19T10:00:00Z"), {
	name: "Lunch",
	start_date_local: "2026-03-19T12:00:00Z",
	timezone: "",
	utc_offset: 7200,
	elapsed_time: 1800,
});

/** As Polar does. */
export const runAtPolar = {
	id: "A",
	upload_time: "2026-03-19T11:00:00.000Z",
	start_time: "2026-03-19T12:00:10",
	start_time_utc_offset: 120,
	duration: "PT29M",
	calories: 280,
	sport: "RUNNING",
};
