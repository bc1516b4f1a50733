import { conditionalCriteria } from "./conditional.ts";
import { versionFromIfMatch } from "./etags.ts";
import type { WritingInteraction } from "./interaction.ts";

/** `DELETE [base]/Type/id` (R4 http 3.1.0.7); succeeds also for what is not there. */
export const deletion: WritingInteraction = {
	kind: "writing",
	code: "delete",
	level: "instance",
	method: "DELETE",
	path: "/:type/:id",
	intent: ({ target, conditions }) => ({
		kind: "delete",
		type: target.type,
		id: target.id,
		where: undefined,
		ifMatch: versionFromIfMatch(conditions.ifMatch),
	}),
};

/** `DELETE [base]/Type?criteria` (R4 http 3.1.0.7.1): one match at most, several are refused. */
export const conditionalDeletion: WritingInteraction = {
	kind: "writing",
	code: "delete",
	level: "type",
	method: "DELETE",
	path: "/:type",
	intent: (request) => ({
		kind: "delete",
		type: request.target.type,
		id: undefined,
		where: conditionalCriteria(request),
		ifMatch: versionFromIfMatch(request.conditions.ifMatch),
	}),
};
