import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, double } from "./checks.ts";
import { currentInstant, id, instant, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Individual meal logs. */
export const MealEntries = defineEntity({
	name: "MealEntries",
	tableName: "meal_entries",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		mealType: p.enum(["breakfast", "lunch", "dinner", "snack"]).nullable(),
		mealTime: instant(),
		totalCalories: p.integer().nullable(),
		totalProtein: p.double().nullable(), // Total protein (g)
		totalCarbs: p.double().nullable(), // Total carbs (g)
		totalFat: p.double().nullable(), // Total fat (g)
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{
			name: "idx_meals_user_date",
			properties: ["userId", "mealTime"],
			columns: [{ name: "user_id" }, { name: "meal_time", sort: "desc" }],
		},
	],
	checks: [
		atLeast("meal_entries", "total_calories", 0),
		atLeast("meal_entries", "total_protein", double(0)),
		atLeast("meal_entries", "total_carbs", double(0)),
		atLeast("meal_entries", "total_fat", double(0)),
	],
	policies: owned("meal_entries"),
	rowLevelSecurity: true,
});
