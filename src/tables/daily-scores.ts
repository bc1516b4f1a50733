import { defineEntity, p } from "@mikro-orm/core";
import { between } from "./checks.ts";
import { civilDate, currentInstant, id, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Overall daily health score aggregation. */
export const DailyScores = defineEntity({
	name: "DailyScores",
	tableName: "daily_scores",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		date: civilDate(),
		overallScore: p.integer().nullable(), // Overall health score (0-100)
		exerciseScore: p.integer().nullable(),
		nutritionScore: p.integer().nullable(),
		sleepScore: p.integer().nullable(),
		medicationScore: p.integer().nullable(),
		vitalsScore: p.integer().nullable(),
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{
			name: "idx_daily_scores_user_date",
			properties: ["userId", "date"],
			columns: [{ name: "user_id" }, { name: "date", sort: "desc" }],
		},
	],
	uniques: [{ name: "daily_scores_user_date_unique", properties: ["userId", "date"] }],
	checks: [
		between("daily_scores", "overall_score", 0, 100),
		between("daily_scores", "exercise_score", 0, 100),
		between("daily_scores", "nutrition_score", 0, 100),
		between("daily_scores", "sleep_score", 0, 100),
		between("daily_scores", "medication_score", 0, 100),
		between("daily_scores", "vitals_score", 0, 100),
	],
	policies: owned("daily_scores"),
	rowLevelSecurity: true,
});
