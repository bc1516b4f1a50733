import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, double } from "./checks.ts";
import { currentInstant, id, references, version } from "./column-types.ts";
import { FoodItems } from "./food-items.ts";
import { MealEntries } from "./meal-entries.ts";
import { via } from "./policies.ts";

/** Junction table linking meals to food items. */
export const MealItemEntries = defineEntity({
	name: "MealItemEntries",
	tableName: "meal_item_entries",
	properties: {
		id: id(),
		mealEntryId: references(() => MealEntries, "meal_entry_id"),
		foodItemId: references(() => FoodItems, "food_item_id").nullable(),
		quantity: p.double().nullable(),
		customFoodName: p.string().nullable(),
		customCalories: p.integer().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_meal_items_meal", properties: ["mealEntryId"] },
		{ name: "idx_meal_items_food", properties: ["foodItemId"] },
	],
	checks: [atLeast("meal_item_entries", "quantity", double(0)), atLeast("meal_item_entries", "custom_calories", 0)],
	policies: via("meal_item_entries", "meal_entries", "meal_entry_id"),
	rowLevelSecurity: true,
});
