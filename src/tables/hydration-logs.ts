import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, double } from "./checks.ts";
import { civilDate, currentInstant, id, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Daily water intake tracking. */
export const HydrationLogs = defineEntity({
	name: "HydrationLogs",
	tableName: "hydration_logs",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		logDate: civilDate(),
		amountOz: p.double(), // Water consumed (ounces)
		goalOz: p.double().nullable(), // Daily goal (ounces)
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{
			name: "idx_hydration_logs_user_date",
			properties: ["userId", "logDate"],
			columns: [{ name: "user_id" }, { name: "log_date", sort: "desc" }],
		},
	],
	checks: [atLeast("hydration_logs", "amount_oz", double(0)), atLeast("hydration_logs", "goal_oz", double(0))],
	policies: owned("hydration_logs"),
	rowLevelSecurity: true,
});
