import { ExerciseLogs } from "../../../tables/exercise-logs.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/exercise-logs`: exercise logs. */
export const exerciseLogs: Collection = {
	path: "exercise-logs",
	entity: ExerciseLogs,
	one: "exercise log",
	many: "exercise logs",
	mainTime: "completedAt",
};
