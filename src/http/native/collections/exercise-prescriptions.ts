import { ExercisePrescriptions } from "../../../tables/exercise-prescriptions.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/exercise-prescriptions`: exercise prescriptions. */
export const exercisePrescriptions: Collection = {
	path: "exercise-prescriptions",
	entity: ExercisePrescriptions,
	one: "exercise prescription",
	many: "exercise prescriptions",
	rights: { patient: readOnly, therapist: everything, admin: everything },
	fixed: ["patientId"],
};
