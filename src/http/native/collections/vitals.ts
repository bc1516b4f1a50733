import { VitalsSamples } from "../../../tables/vitals-samples.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/vitals`: vitals samples. */
export const vitals: Collection = {
	path: "vitals",
	entity: VitalsSamples,
	title: "vitals sample",
	rights: { patient: everything, therapist: everything, admin: everything },
	mainTime: "recordedAt",
};
