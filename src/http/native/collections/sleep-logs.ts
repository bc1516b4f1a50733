import { SleepLogs } from "../../../tables/sleep-logs.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/sleep-logs`: night of sleeps. */
export const sleepLogs: Collection = {
	path: "sleep-logs",
	entity: SleepLogs,
	title: "night of sleep",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "sleepDate",
};
