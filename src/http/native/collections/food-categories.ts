import { FoodCategories } from "../../../tables/food-categories.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/food-categories`: food categories. */
export const foodCategories: Collection = {
	path: "food-categories",
	entity: FoodCategories,
	one: "food category",
	many: "food categories",
};
