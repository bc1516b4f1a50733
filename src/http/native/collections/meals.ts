import { MealEntries } from "../../../tables/meal-entries.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/meals`: meals. */
export const meals: Collection = {
	path: "meals",
	entity: MealEntries,
	one: "meal",
	many: "meals",
	mainTime: "mealTime",
};
