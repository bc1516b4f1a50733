import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, version } from "./column-types.ts";
import { library } from "./policies.ts";

/** Food classification categories. */
export const FoodCategories = defineEntity({
	name: "FoodCategories",
	tableName: "food_categories",
	properties: {
		id: id(),
		name: p.string(),
		description: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	policies: library("food_categories"),
	rowLevelSecurity: true,
});
