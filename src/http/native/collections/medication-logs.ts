import { MedicationLogs } from "../../../tables/medication-logs.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/medication-logs`: medication logs. */
export const medicationLogs: Collection = {
	path: "medication-logs",
	entity: MedicationLogs,
	one: "medication log",
	many: "medication logs",
	mainTime: "takenAt",
};
