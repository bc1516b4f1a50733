import { SleepLogs } from "../../../tables/sleep-logs.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/sleep-logs`: sleep logs. */
export const sleepLogs: Collection = {
	path: "sleep-logs",
	entity: SleepLogs,
	one: "sleep log",
	many: "sleep logs",
	mainTime: "sleepDate",
};
