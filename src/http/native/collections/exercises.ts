import { Exercises } from "../../../tables/exercises.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/exercises`: exercises. */
export const exercises: Collection = {
	path: "exercises",
	entity: Exercises,
	one: "exercise",
	many: "exercises",
};
