import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, between, double } from "./checks.ts";
import { currentInstant, id, references, version } from "./column-types.ts";
import { FoodCategories } from "./food-categories.ts";
import { library } from "./policies.ts";

/** Individual food items with nutritional information. */
export const FoodItems = defineEntity({
	name: "FoodItems",
	tableName: "food_items",
	properties: {
		id: id(),
		categoryId: references(() => FoodCategories, "category_id").nullable(),
		name: p.string(),
		servingSize: p.string().nullable(), // Serving size (e.g., "1 cup")
		calories: p.integer().nullable(),
		protein: p.double().nullable(), // Protein (g)
		carbs: p.double().nullable(), // Carbohydrates (g)
		fat: p.double().nullable(), // Fat (g)
		fiber: p.double().nullable(), // Fiber (g)
		sodium: p.integer().nullable(), // Sodium (mg)
		healthRating: p.integer().nullable(), // Heart-health rating (1-5)
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_food_items_category", properties: ["categoryId"] },
		{
			name: "idx_food_items_words",
			expression: "create index idx_food_items_words on food_items using gin (app.words(name))",
		},
	],
	checks: [
		atLeast("food_items", "calories", 0),
		atLeast("food_items", "protein", double(0)),
		atLeast("food_items", "carbs", double(0)),
		atLeast("food_items", "fat", double(0)),
		atLeast("food_items", "fiber", double(0)),
		atLeast("food_items", "sodium", 0),
		between("food_items", "health_rating", 1, 5),
	],
	policies: library("food_items"),
	rowLevelSecurity: true,
});
