import { VitalsSamples } from "../../../tables/vitals-samples.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/vitals`: vitals samples. */
export const vitals: Collection = {
	path: "vitals",
	entity: VitalsSamples,
	one: "vitals sample",
	many: "vitals samples",
	mainTime: "recordedAt",
};
