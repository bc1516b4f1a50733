import { FoodCategories } from "../../../tables/food-categories.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/food-categories`: food categories. */
export const foodCategories: Collection = {
	path: "food-categories",
	entity: FoodCategories,
	one: "food category",
	many: "food categories",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
