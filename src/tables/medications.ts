import { defineEntity, p } from "@mikro-orm/core";
import { check } from "./checks.ts";
import { civilDate, currentInstant, id, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Patient medication regimen. */
export const Medications = defineEntity({
	name: "Medications",
	tableName: "medications",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		name: p.string(),
		dosage: p.string().nullable(), // Dosage amount (e.g., "10mg")
		frequency: p.string().nullable(),
		timeOfDay: p.string().nullable(), // When to take (e.g., "morning")
		startDate: civilDate().nullable(),
		endDate: civilDate().nullable(),
		prescribedBy: p.string().nullable(),
		purpose: p.string().nullable(),
		sideEffects: p.string().nullable(),
		instructions: p.text().nullable(),
		isActive: p.boolean().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_medications_user", properties: ["userId"] },
		{ name: "idx_medications_active", properties: ["isActive"] },
	],
	checks: [check("medications", "end_date", "end_date >= start_date")],
	policies: owned("medications"),
	rowLevelSecurity: true,
});
