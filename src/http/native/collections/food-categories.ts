import { FoodCategories } from "../../../tables/food-categories.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/food-categories`: food categorys. */
export const foodCategories: Collection = {
	path: "food-categories",
	entity: FoodCategories,
	title: "food category",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
