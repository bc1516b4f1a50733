import { Exercises } from "../../../tables/exercises.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/exercises`: exercises. */
export const exercises: Collection = {
	path: "exercises",
	entity: Exercises,
	one: "exercise",
	many: "exercises",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
