import { CalendarEvents } from "../../../tables/calendar-events.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/events`: calendar events. */
export const events: Collection = {
	path: "events",
	entity: CalendarEvents,
	one: "calendar event",
	many: "calendar events",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "startTime",
	derive: "event",
	changedElsewhere: true,
};
