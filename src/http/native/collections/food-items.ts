import { FoodItems } from "../../../tables/food-items.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/food-items`: foods. */
export const foodItems: Collection = {
	path: "food-items",
	entity: FoodItems,
	title: "food",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
