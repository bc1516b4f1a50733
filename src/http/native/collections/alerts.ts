import { Alerts } from "../../../tables/alerts.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/alerts`: alerts. */
export const alerts: Collection = {
	path: "alerts",
	entity: Alerts,
	one: "alert",
	many: "alerts",
	rights: { patient: ["read", "update"], therapist: everything, admin: everything },
	mainTime: "createdAt",
	readOnlyFor: { patient: ["type", "severity", "title", "message", "notified"] },
};
