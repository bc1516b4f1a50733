import { defineEntity, p } from "@mikro-orm/core";
import { between } from "./checks.ts";
import { civilDate, currentInstant, id, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Patient therapy goals and progress tracking. */
export const TherapyGoals = defineEntity({
	name: "TherapyGoals",
	tableName: "therapy_goals",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		title: p.string(),
		description: p.text().nullable(),
		category: p.string().nullable(),
		targetDate: civilDate().nullable(),
		progress: p.integer().nullable(), // Progress percentage (0-100)
		status: p.enum(["pending", "in-progress", "completed", "cancelled"]).nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [{ name: "idx_therapy_goals_user", properties: ["userId"] }],
	checks: [between("therapy_goals", "progress", 0, 100)],
	policies: owned("therapy_goals"),
	rowLevelSecurity: true,
});
