import { MealItemEntries } from "../../../tables/meal-item-entries.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/meal-items`: meal items. */
export const mealItems: Collection = {
	path: "meal-items",
	entity: MealItemEntries,
	one: "meal item",
	many: "meal items",
};
