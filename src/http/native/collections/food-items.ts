import { FoodItems } from "../../../tables/food-items.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/food-items`: food items. */
export const foodItems: Collection = {
	path: "food-items",
	entity: FoodItems,
	one: "food item",
	many: "food items",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
