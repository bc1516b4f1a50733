import { Medications } from "../../../tables/medications.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/medications`: medications. */
export const medications: Collection = {
	path: "medications",
	entity: Medications,
	one: "medication",
	many: "medications",
	rights: { patient: everything, therapist: everything, admin: everything },
};
