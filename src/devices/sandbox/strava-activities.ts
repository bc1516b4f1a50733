/** An activity as Strava tells it in detail; the list leaves some of it out. */
export interface StravaActivity {
	readonly id: number;
	readonly name: string;
	readonly sport_type: string;
	/** UTC. */
	readonly start_date: string;
	/** Local, though it looks like UTC. */
	readonly start_date_local: string;
	readonly timezone: string;
	readonly utc_offset: number;
	readonly moving_time: number;
	readonly elapsed_time: number;
	readonly distance: number;
	readonly calories?: number;
	readonly kilojoules?: number;
	readonly description?: string;
	readonly has_heartrate: boolean;
	readonly average_heartrate?: number;
	readonly max_heartrate?: number;
	readonly private?: boolean;
	readonly manual?: boolean;
}

const day = 86_400_000;
const sports = ["Walk", "Run", "Ride", "Swim", "Workout"] as const;

/** The workouts of a made-up athlete: about four a week over the sixty days before `now`, the same whenever they are asked for. */
export function generatedActivities(athlete: number, now: number): StravaActivity[] {
	const today = Math.floor(now / day);
	const made: StravaActivity[] = [];
	for (let date = today - 60; date <= today; date++) {
		const dice = diceOf(athlete * 100_003 + date);
		if (dice() > 0.57) continue;
		const at = date * day + Math.floor((11 + dice() * 9) * 3600) * 1000;
		const one = activityAt(athlete, date, at, dice);
		// Uploaded a while after it ended.
		if (at + one.elapsed_time * 1000 + 600_000 <= now) made.push(one);
	}
	return made;
}

function activityAt(athlete: number, date: number, at: number, dice: () => number): StravaActivity {
	const sport_type = sports[Math.floor(dice() * sports.length)] ?? "Walk";
	const moving_time = Math.floor(900 + dice() * 3600);
	const heart = dice() < 0.8;
	const average = Math.round((95 + dice() * 45) * 10) / 10;
	const speed = { Walk: 1.4, Run: 2.6, Ride: 5.8, Swim: 0.7, Workout: 0 }[sport_type];
	const offset = -4 * 3600;
	return {
		id: 16_000_000_000 + (athlete % 1000) * 100_000 + date,
		name: `${new Date(at + offset * 1000).getUTCHours() < 12 ? "Morning" : "Afternoon"} ${sport_type.toLowerCase()}`,
		sport_type,
		start_date: new Date(at).toISOString().replace(".000", ""),
		start_date_local: new Date(at + offset * 1000).toISOString().replace(".000", ""),
		timezone: "(GMT-05:00) America/New_York",
		utc_offset: offset,
		moving_time,
		elapsed_time: moving_time + Math.floor(dice() * 300),
		distance: Math.round(moving_time * speed * 10) / 10,
		calories: Math.round(moving_time * 0.11 * 10) / 10,
		has_heartrate: heart,
		...(heart ? { average_heartrate: average, max_heartrate: Math.round(average + 25) } : {}),
	};
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function diceOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
