import { MealItemEntries } from "../../../tables/meal-item-entries.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/meal-items`: part of a meals. */
export const mealItems: Collection = {
	path: "meal-items",
	entity: MealItemEntries,
	title: "part of a meal",
	rights: { patient: everything, therapist: everything, admin: everything },
	fixed: ["mealEntryId"],
};
