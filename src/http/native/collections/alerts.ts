import { Alerts } from "../../../tables/alerts.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/alerts`: alerts. */
export const alerts: Collection = {
	path: "alerts",
	entity: Alerts,
	one: "alert",
	many: "alerts",
	mainTime: "createdAt",
};
