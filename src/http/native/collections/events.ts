import { CalendarEvents } from "../../../tables/calendar-events.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/events`: calendar events. */
export const events: Collection = {
	path: "events",
	entity: CalendarEvents,
	one: "calendar event",
	many: "calendar events",
	mainTime: "startTime",
	derive: "event",
	changedElsewhere: true,
};
