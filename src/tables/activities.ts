import { defineEntity, p } from "@mikro-orm/core";
import { atLeast } from "./checks.ts";
import { currentInstant, id, references, version } from "./column-types.ts";
import { library } from "./policies.ts";
import { TherapyRoutines } from "./therapy-routines.ts";

/** Individual activities within a therapy routine. */
export const Activities = defineEntity({
	name: "Activities",
	tableName: "activities",
	properties: {
		id: id(),
		routineId: references(() => TherapyRoutines, "routine_id"),
		name: p.string(),
		description: p.text().nullable(),
		duration: p.integer().nullable(), // Duration (minutes)
		order: p.integer().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [{ name: "idx_activities_routine", properties: ["routineId"] }],
	checks: [atLeast("activities", "duration", 0)],
	policies: library("activities"),
	rowLevelSecurity: true,
});
