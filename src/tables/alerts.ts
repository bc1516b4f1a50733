import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, instant, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Health alerts triggered by abnormal vitals or missed medications. */
export const Alerts = defineEntity({
	name: "Alerts",
	tableName: "alerts",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		type: p.string(), // Alert type (e.g., 'vital', 'medication')
		severity: p.enum(["low", "medium", "high", "critical"]).nullable(),
		title: p.string(),
		message: p.text().nullable(),
		isResolved: p.boolean().nullable(),
		resolvedAt: instant().nullable(),
		notified: p.boolean().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_alerts_user_resolved", properties: ["userId", "isResolved"] },
		{ name: "idx_alerts_severity", properties: ["severity"] },
	],
	policies: owned("alerts"),
	rowLevelSecurity: true,
});
