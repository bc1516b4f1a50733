import { FoodItems } from "../../../tables/food-items.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/food-items`: food items. */
export const foodItems: Collection = {
	path: "food-items",
	entity: FoodItems,
	one: "food item",
	many: "food items",
};
