import { Patients } from "../../../tables/patients.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/patients`: patients. */
export const patients: Collection = {
	path: "patients",
	entity: Patients,
	one: "patient",
	many: "patients",
	derive: "patient",
};
