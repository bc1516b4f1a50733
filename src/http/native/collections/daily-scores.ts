import { DailyScores } from "../../../tables/daily-scores.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/daily-scores`: daily scores. */
export const dailyScores: Collection = {
	path: "daily-scores",
	entity: DailyScores,
	one: "daily score",
	many: "daily scores",
	mainTime: "date",
};
