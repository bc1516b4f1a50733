import { TherapyRoutines } from "../../../tables/therapy-routines.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/therapy-routines`: therapy routines. */
export const therapyRoutines: Collection = {
	path: "therapy-routines",
	entity: TherapyRoutines,
	title: "therapy routine",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
