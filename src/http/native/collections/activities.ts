import { Activities } from "../../../tables/activities.ts";
import { type Collection, everything, readOnly } from "../descriptor.ts";

/** `/api/activities`: activity of a routines. */
export const activities: Collection = {
	path: "activities",
	entity: Activities,
	title: "activity of a routine",
	rights: { patient: readOnly, therapist: everything, admin: everything },
};
