import { MedicationLogs } from "../../../tables/medication-logs.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/medication-logs`: dose taken or misseds. */
export const medicationLogs: Collection = {
	path: "medication-logs",
	entity: MedicationLogs,
	title: "dose taken or missed",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "takenAt",
	fixed: ["medicationId"],
};
