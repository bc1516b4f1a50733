import { Failure } from "../../fhir/failure.ts";
import { conditionalCriteria } from "./conditional.ts";
import { versionFromIfMatch } from "./etags.ts";
import type { WritingInteraction } from "./interaction.ts";
import type { FhirRequest } from "./request.ts";

/** `PATCH [base]/Type/id` (R4 http 3.1.0.6). */
export const patch: WritingInteraction = {
	kind: "writing",
	code: "patch",
	level: "instance",
	method: "PATCH",
	path: "/:type/:id",
	intent: (request) => ({ ...patchOf(request), id: request.target.id, where: undefined }),
};

/** `PATCH [base]/Type?criteria` (R4 http 3.1.0.6.2): exactly one match, else 404 or 412. */
export const conditionalPatch: WritingInteraction = {
	kind: "writing",
	code: "patch",
	level: "type",
	method: "PATCH",
	path: "/:type",
	intent: (request) => ({ ...patchOf(request), id: undefined, where: conditionalCriteria(request) }),
};

function patchOf({ target, patch, conditions, inTransaction }: FhirRequest) {
	if (patch === undefined) throw new Failure("invalid", "A patch is needed as the body", { code: "required" });
	const ifMatch = versionFromIfMatch(conditions.ifMatch);
	return { kind: "patch", type: target.type, patch, ifMatch, inTransaction } as const;
}
