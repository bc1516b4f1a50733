import { diceOf } from "./strava-activities.ts";

/** What Polar has of somebody, in its own shapes. */
export interface PolarData {
	exercises: { id: string; upload_time: string; [more: string]: unknown }[];
	nights: { date: string; [more: string]: unknown }[];
	heartRates: { date: string; heart_rate_samples: { heart_rate: number; sample_time: string }[] }[];
	spo2: object[];
	temperatures: object[];
	physicalInfo: object | undefined;
}

const day = 86_400_000;
/** Made-up people live two hours east of UTC. */
const offsetMinutes = 120;

/** Four weeks of a made-up person: a workout every other day, every night, heart rate through the last days. */
export function generatedPolar(user: number, now: number): PolarData {
	const today = Math.floor(now / day);
	const data: PolarData = {
		exercises: [],
		nights: [],
		heartRates: [],
		spo2: [],
		temperatures: [],
		physicalInfo: undefined,
	};
	for (let date = today - 29; date <= today; date++) {
		const dice = diceOf(user * 7919 + date);
		const text = (at: number) => new Date(at).toISOString().slice(0, 19);
		const start = date * day + Math.floor((7 + dice() * 10) * 3600) * 1000;
		const seconds = Math.floor(1200 + dice() * 3000);
		if (date % 2 === 0 && start + seconds * 1000 < now) {
			data.exercises.push({
				id: `P${user}${date}`,
				upload_time: new Date(start + seconds * 1000 + 300_000).toISOString(),
				start_time: text(start + offsetMinutes * 60_000),
				start_time_utc_offset: offsetMinutes,
				duration: `PT${Math.floor(seconds / 60)}M${seconds % 60}S`,
				calories: Math.round(seconds / 8),
				distance: Math.round(seconds * 2.2),
				heart_rate: { average: 110 + Math.floor(dice() * 30), maximum: 150 + Math.floor(dice() * 20) },
				sport: "RUNNING",
				detailed_sport_info: dice() < 0.5 ? "RUNNING" : "WALKING",
				"running-index": 45,
			});
		}
		const asleep = (date - 1) * day + 21 * 3_600_000 + Math.floor(dice() * 3600) * 1000;
		const awake = date * day + 5 * 3_600_000;
		const local = (at: number) => `${text(at + offsetMinutes * 60_000)}+02:00`;
		if (awake < now) {
			data.nights.push({
				date: new Date(date * day).toISOString().slice(0, 10),
				sleep_start_time: local(asleep),
				sleep_end_time: local(awake),
				light_sleep: 14_000,
				deep_sleep: 5000,
				rem_sleep: 6000,
				unrecognized_sleep_stage: 0,
				sleep_score: 60 + Math.floor(dice() * 40),
				sleep_rating: 0,
				hypnogram: { "23:30": 2, "01:00": 4, "02:10": 0, "02:20": 1, "04:00": 2 },
			});
		}
		if (date >= today - 3) {
			const samples = Array.from({ length: 48 }, (_, at) => ({
				heart_rate: 55 + Math.floor(dice() * 40),
				sample_time: `${String(Math.floor(at / 2)).padStart(2, "0")}:${at % 2 === 0 ? "00" : "30"}:00`,
			}));
			// What has not been measured yet is not there.
			const until = now - date * day + offsetMinutes * 60_000;
			data.heartRates.push({
				date: new Date(date * day).toISOString().slice(0, 10),
				heart_rate_samples: samples.filter((_, at) => at * 1_800_000 < until - 6 * 3_600_000),
			});
		}
	}
	data.physicalInfo = {
		weight: 78.5,
		weight_source: "SOURCE_USER",
		modified: new Date((today - 10) * day).toISOString(),
	};
	return data;
}
