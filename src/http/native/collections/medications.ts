import { Medications } from "../../../tables/medications.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/medications`: medications. */
export const medications: Collection = {
	path: "medications",
	entity: Medications,
	one: "medication",
	many: "medications",
};
