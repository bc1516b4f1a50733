import { DailyScores } from "../../../tables/daily-scores.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/daily-scores`: daily scores. */
export const dailyScores: Collection = {
	path: "daily-scores",
	entity: DailyScores,
	one: "daily score",
	many: "daily scores",
	rights: { patient: readOnly, therapist: readOnly, admin: everything },
	mainTime: "date",
};
