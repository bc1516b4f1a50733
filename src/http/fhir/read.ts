import { shapeText } from "../../fhir/shape.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import { readResource } from "../../store/resources.ts";
import { isUnmodified } from "./etags.ts";
import type { ReadingInteraction } from "./interaction.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";
import { shapeIn } from "./shape.ts";

/** `GET [base]/Type/id` (R4 http 3.1.0.2), conditional with If-None-Match and If-Modified-Since: 304. */
export const read: ReadingInteraction = {
	kind: "reading",
	code: "read",
	level: "instance",
	method: "GET",
	path: "/:type/:id",
	run: async (tx, request) => shown(await readResource(tx, request.target.type, request.target.id), request),
};

/** The answer that shows one version: the whole, what `_summary` and `_elements` leave of it, or 304. */
export function shown(version: ResourceVersion, request: FhirRequest): InteractionResult {
	const about = { version, located: false };
	if (isUnmodified(version, request.conditions)) return { ...about, status: 304, text: undefined, touched: [] };
	const text = shapeText(version.text, version.type, shapeIn(request.parameters));
	return { ...about, status: 200, text, touched: [version] };
}
