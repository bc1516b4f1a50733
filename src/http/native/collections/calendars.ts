import { Calendars } from "../../../tables/calendars.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/calendars`: calendars. */
export const calendars: Collection = {
	path: "calendars",
	entity: Calendars,
	one: "calendar",
	many: "calendars",
	rights: { patient: everything, therapist: everything, admin: everything },
};
