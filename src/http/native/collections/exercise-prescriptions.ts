import { ExercisePrescriptions } from "../../../tables/exercise-prescriptions.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/exercise-prescriptions`: exercise prescriptions. */
export const exercisePrescriptions: Collection = {
	path: "exercise-prescriptions",
	entity: ExercisePrescriptions,
	one: "exercise prescription",
	many: "exercise prescriptions",
};
