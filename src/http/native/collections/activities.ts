import { Activities } from "../../../tables/activities.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/activities`: therapy activities. */
export const activities: Collection = {
	path: "activities",
	entity: Activities,
	one: "therapy activity",
	many: "therapy activities",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
