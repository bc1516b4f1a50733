import { Activities } from "../../../tables/activities.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/activities`: therapy activities. */
export const activities: Collection = {
	path: "activities",
	entity: Activities,
	one: "therapy activity",
	many: "therapy activities",
};
