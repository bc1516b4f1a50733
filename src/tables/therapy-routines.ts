import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, references, version } from "./column-types.ts";
import { PhysicalTherapyPhases } from "./physical-therapy-phases.ts";
import { library } from "./policies.ts";

/** Therapy routine definitions for specific phases. */
export const TherapyRoutines = defineEntity({
	name: "TherapyRoutines",
	tableName: "therapy_routines",
	properties: {
		id: id(),
		phaseId: references(() => PhysicalTherapyPhases, "phase_id"),
		name: p.string(),
		description: p.text().nullable(),
		frequency: p.string().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [{ name: "idx_therapy_routines_phase", properties: ["phaseId"] }],
	policies: library("therapy_routines"),
	rowLevelSecurity: true,
});
