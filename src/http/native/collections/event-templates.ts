import { EventTemplates } from "../../../tables/event-templates.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/event-templates`: event templates. */
export const eventTemplates: Collection = {
	path: "event-templates",
	entity: EventTemplates,
	one: "event template",
	many: "event templates",
};
