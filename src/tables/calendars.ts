import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** User-specific calendars for organizing events. */
export const Calendars = defineEntity({
	name: "Calendars",
	tableName: "calendars",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		name: p.string(),
		color: p.string().nullable(), // Display color (hex)
		description: p.text().nullable(),
		isDefault: p.boolean().nullable(),
		isVisible: p.boolean().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	uniques: [{ name: "calendars_default_unique", properties: ["userId"], where: "is_default" }],
	indexes: [{ name: "idx_calendars_user", properties: ["userId"] }],
	policies: owned("calendars"),
	rowLevelSecurity: true,
});
