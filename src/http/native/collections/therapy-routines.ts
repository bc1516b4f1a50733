import { TherapyRoutines } from "../../../tables/therapy-routines.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/therapy-routines`: therapy routines. */
export const therapyRoutines: Collection = {
	path: "therapy-routines",
	entity: TherapyRoutines,
	one: "therapy routine",
	many: "therapy routines",
};
