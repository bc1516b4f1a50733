import { VitalsSamples } from "../../../tables/vitals-samples.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/vitals`: vitals samples. */
export const vitals: Collection = {
	path: "vitals",
	entity: VitalsSamples,
	one: "vitals sample",
	many: "vitals samples",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "recordedAt",
};
