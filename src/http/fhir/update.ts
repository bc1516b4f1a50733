import { Failure } from "../../fhir/failure.ts";
import type { JsonObject } from "../../fhir/json.ts";
import { conditionalCriteria } from "./conditional.ts";
import { versionFromIfMatch } from "./etags.ts";
import type { WritingInteraction } from "./interaction.ts";
import type { FhirRequest } from "./request.ts";
import { checkedId, validBody } from "./valid-body.ts";

/** `PUT [base]/Type/id` (R4 http 3.1.0.4); creates the resource under the client's id where there is none. */
export const update: WritingInteraction = {
	kind: "writing",
	code: "update",
	level: "instance",
	method: "PUT",
	path: "/:type/:id",
	intent(request) {
		const { type } = request.target;
		const id = checkedId(request.target.id);
		const resource = validBody(request, { idMatters: true });
		if (resource.id !== id) {
			const found = resource.id === undefined ? "has no id" : `has the id "${String(resource.id)}"`;
			throw new Failure("invalid", `The resource ${found}, the URL says "${id}"`, { expression: `${type}.id` });
		}
		return { ...updateOf(request, resource), id, where: undefined };
	},
};

/** `PUT [base]/Type?criteria` (R4 http 3.1.0.4.3). */
export const conditionalUpdate: WritingInteraction = {
	kind: "writing",
	code: "update",
	level: "type",
	method: "PUT",
	path: "/:type",
	intent(request) {
		const where = conditionalCriteria(request);
		return { ...updateOf(request, validBody(request, { idMatters: true })), id: undefined, where };
	},
};

function updateOf(request: FhirRequest, resource: JsonObject) {
	return {
		kind: "update",
		type: request.target.type,
		resource,
		fullUrl: request.inTransaction?.fullUrl,
		ifMatch: versionFromIfMatch(request.conditions.ifMatch),
		onlyNew: request.conditions.ifNoneMatch?.trim() === "*",
	} as const;
}
