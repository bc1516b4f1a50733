import { MealEntries } from "../../../tables/meal-entries.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/meals`: meals. */
export const meals: Collection = {
	path: "meals",
	entity: MealEntries,
	one: "meal",
	many: "meals",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "mealTime",
};
