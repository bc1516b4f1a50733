import { Calendars } from "../../../tables/calendars.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/calendars`: calendars. */
export const calendars: Collection = {
	path: "calendars",
	entity: Calendars,
	one: "calendar",
	many: "calendars",
};
