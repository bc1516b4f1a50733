import { TherapyGoals } from "../../../tables/therapy-goals.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/therapy-goals`: therapy goals. */
export const therapyGoals: Collection = {
	path: "therapy-goals",
	entity: TherapyGoals,
	one: "therapy goal",
	many: "therapy goals",
};
