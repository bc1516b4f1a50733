import { defineEntity, p } from "@mikro-orm/core";
import { atLeast, between, double } from "./checks.ts";
import { currentInstant, deviceColumns, deviceIndexes, id, instant, references, version } from "./column-types.ts";
import { ExercisePrescriptions } from "./exercise-prescriptions.ts";
import { Exercises } from "./exercises.ts";
import { forOwnersEyes, owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Patient exercise completion logs. */
export const ExerciseLogs = defineEntity({
	name: "ExerciseLogs",
	tableName: "exercise_logs",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		exerciseId: references(() => Exercises, "exercise_id").nullable(),
		prescriptionId: references(() => ExercisePrescriptions, "prescription_id").nullable(),
		duration: p.integer().nullable(), // Duration (minutes)
		distance: p.double().nullable(), // Distance (miles)
		calories: p.integer().nullable(),
		avgHeartRate: p.integer().nullable(), // Average heart rate (BPM)
		maxHeartRate: p.integer().nullable(), // Max heart rate (BPM)
		intensity: p.string().nullable(),
		completedAt: instant(),
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
		...deviceColumns(),
	},
	indexes: [
		{
			name: "idx_exercise_logs_user_date",
			properties: ["userId", "completedAt"],
			columns: [{ name: "user_id" }, { name: "completed_at", sort: "desc" }],
		},
		{ name: "idx_exercise_logs_prescription", properties: ["prescriptionId"] },
		{ name: "idx_exercise_logs_exercise", properties: ["exerciseId"] },
		...deviceIndexes("exercise_logs", "completedAt", "completed_at"),
	],
	checks: [
		atLeast("exercise_logs", "duration", 0),
		atLeast("exercise_logs", "distance", double(0)),
		atLeast("exercise_logs", "calories", 0),
		between("exercise_logs", "avg_heart_rate", 1, 400),
		between("exercise_logs", "max_heart_rate", 1, 400),
	],
	policies: [...owned("exercise_logs"), forOwnersEyes("exercise_logs")],
	rowLevelSecurity: true,
});
