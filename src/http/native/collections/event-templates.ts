import { EventTemplates } from "../../../tables/event-templates.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/event-templates`: event templates. */
export const eventTemplates: Collection = {
	path: "event-templates",
	entity: EventTemplates,
	title: "event template",
	rights: { patient: everything, therapist: everything, admin: everything },
};
