import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, instant, references, version } from "./column-types.ts";
import { Medications } from "./medications.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Tracks when patients take their medications (adherence tracking). */
export const MedicationLogs = defineEntity({
	name: "MedicationLogs",
	tableName: "medication_logs",
	properties: {
		id: id(),
		medicationId: references(() => Medications, "medication_id"),
		userId: references(() => Users, "user_id"),
		takenAt: instant(),
		dosageTaken: p.string().nullable(),
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_medication_logs_medication", properties: ["medicationId"] },
		{
			name: "idx_medication_logs_user_date",
			properties: ["userId", "takenAt"],
			columns: [{ name: "user_id" }, { name: "taken_at", sort: "desc" }],
		},
	],
	policies: owned("medication_logs"),
	rowLevelSecurity: true,
});
