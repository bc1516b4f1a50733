import { PhysicalTherapyPhases } from "../../../tables/physical-therapy-phases.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/therapy-phases`: therapy phases. */
export const therapyPhases: Collection = {
	path: "therapy-phases",
	entity: PhysicalTherapyPhases,
	one: "therapy phase",
	many: "therapy phases",
};
