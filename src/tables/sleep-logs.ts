import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, between, double } from "./checks.ts";
import {
	civilDate,
	currentInstant,
	deviceColumns,
	deviceIndexes,
	id,
	instant,
	references,
	version,
} from "./column-types.ts";
import { forOwnersEyes, owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Sleep quality tracking. */
export const SleepLogs = defineEntity({
	name: "SleepLogs",
	tableName: "sleep_logs",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		sleepDate: civilDate(),
		bedtime: instant().nullable(),
		wakeTime: instant().nullable(),
		totalHours: p.double().nullable(), // Total sleep duration (hours)
		quality: p.integer().nullable(), // Sleep quality rating (1-5)
		interruptions: p.integer().nullable(),
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
		...deviceColumns(),
	},
	indexes: [
		{
			name: "idx_sleep_logs_user_date",
			properties: ["userId", "sleepDate"],
			columns: [{ name: "user_id" }, { name: "sleep_date", sort: "desc" }],
		},
		...deviceIndexes("sleep_logs", "sleepDate", "sleep_date"),
	],
	checks: [
		between("sleep_logs", "total_hours", double(0), double(48)),
		between("sleep_logs", "quality", 1, 5),
		atLeast("sleep_logs", "interruptions", 0),
	],
	policies: [...owned("sleep_logs"), forOwnersEyes("sleep_logs")],
	rowLevelSecurity: true,
});
