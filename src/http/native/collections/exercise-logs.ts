import { ExerciseLogs } from "../../../tables/exercise-logs.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/exercise-logs`: exercise dones. */
export const exerciseLogs: Collection = {
	path: "exercise-logs",
	entity: ExerciseLogs,
	title: "exercise done",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "completedAt",
};
