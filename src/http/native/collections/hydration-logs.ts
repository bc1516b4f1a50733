import { HydrationLogs } from "../../../tables/hydration-logs.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/hydration-logs`: amount drunks. */
export const hydrationLogs: Collection = {
	path: "hydration-logs",
	entity: HydrationLogs,
	title: "amount drunk",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "logDate",
};
