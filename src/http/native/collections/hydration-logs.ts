import { HydrationLogs } from "../../../tables/hydration-logs.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/hydration-logs`: hydration logs. */
export const hydrationLogs: Collection = {
	path: "hydration-logs",
	entity: HydrationLogs,
	one: "hydration log",
	many: "hydration logs",
	mainTime: "logDate",
};
