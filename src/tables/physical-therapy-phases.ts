import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, check } from "./checks.ts";
import { currentInstant, id, version } from "./column-types.ts";
import { library } from "./policies.ts";

/** Cardiac rehabilitation phase definitions. */
export const PhysicalTherapyPhases = defineEntity({
	name: "PhysicalTherapyPhases",
	tableName: "physical_therapy_phases",
	properties: {
		id: id(),
		name: p.string(),
		weekStart: p.integer(),
		weekEnd: p.integer(),
		description: p.text().nullable(),
		goals: p.text().nullable(),
		restrictions: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	checks: [
		atLeast("physical_therapy_phases", "week_start", 0),
		check("physical_therapy_phases", "week_end", "week_end >= week_start"),
	],
	policies: library("physical_therapy_phases"),
	rowLevelSecurity: true,
});
