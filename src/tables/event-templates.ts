import { defineEntity, p } from "@mikro-orm/core";
import { atLeast } from "./checks.ts";
import { currentInstant, id, references, version } from "./column-types.ts";
import { eventTemplatesPolicies } from "./policies.ts";
import { Users } from "./users.ts";

/** Reusable event templates for common activities. */
export const EventTemplates = defineEntity({
	name: "EventTemplates",
	tableName: "event_templates",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id").nullable(),
		name: p.string(),
		description: p.text().nullable(),
		category: p.string().nullable(),
		duration: p.integer().nullable(), // Default duration (minutes)
		color: p.string().nullable(),
		isActive: p.boolean().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [{ name: "idx_event_templates_user", properties: ["userId"] }],
	checks: [atLeast("event_templates", "duration", 0)],
	policies: eventTemplatesPolicies,
	rowLevelSecurity: true,
});
