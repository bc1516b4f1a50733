import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, version } from "./column-types.ts";
import { library } from "./policies.ts";

/** Exercise definitions/library. */
export const Exercises = defineEntity({
	name: "Exercises",
	tableName: "exercises",
	properties: {
		id: id(),
		name: p.string(),
		category: p.string().nullable(),
		description: p.text().nullable(),
		instructions: p.text().nullable(),
		videoUrl: p.string().nullable(),
		imageUrl: p.string().nullable(),
		difficulty: p.enum(["beginner", "intermediate", "advanced"]).nullable(),
		targetMuscles: p.string().nullable(),
		equipment: p.string().nullable(),
		isActive: p.boolean().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	policies: library("exercises"),
	rowLevelSecurity: true,
});
