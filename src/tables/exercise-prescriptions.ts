import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, check } from "./checks.ts";
import { civilDate, currentInstant, id, references, version } from "./column-types.ts";
import { Exercises } from "./exercises.ts";
import { Patients } from "./patients.ts";
import { via } from "./policies.ts";

/** Therapist-prescribed exercise plans for patients. */
export const ExercisePrescriptions = defineEntity({
	name: "ExercisePrescriptions",
	tableName: "exercise_prescriptions",
	properties: {
		id: id(),
		patientId: references(() => Patients, "patient_id"),
		exerciseId: references(() => Exercises, "exercise_id"),
		sets: p.integer().nullable(),
		reps: p.integer().nullable(),
		duration: p.integer().nullable(), // Duration (minutes)
		frequency: p.string().nullable(), // How often (e.g., "3x per week")
		intensity: p.string().nullable(),
		startDate: civilDate().nullable(),
		endDate: civilDate().nullable(),
		status: p.enum(["active", "completed", "discontinued"]).nullable(),
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_prescriptions_patient", properties: ["patientId"] },
		{ name: "idx_prescriptions_exercise", properties: ["exerciseId"] },
	],
	checks: [
		atLeast("exercise_prescriptions", "sets", 0),
		atLeast("exercise_prescriptions", "reps", 0),
		atLeast("exercise_prescriptions", "duration", 0),
		check("exercise_prescriptions", "end_date", "end_date >= start_date"),
	],
	policies: via("exercise_prescriptions", "patients", "patient_id"),
	rowLevelSecurity: true,
});
