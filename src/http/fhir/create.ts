import { criteriaFrom } from "./conditional.ts";
import type { WritingInteraction } from "./interaction.ts";
import { validBody } from "./valid-body.ts";

/** `POST [base]/Type`, with `If-None-Exist` a conditional create (R4 http 3.1.0.8). An id in the body is ignored. */
export const create: WritingInteraction = {
	kind: "writing",
	code: "create",
	level: "type",
	method: "POST",
	path: "/:type",
	intent(request) {
		const { id: _ignored, ...resource } = validBody(request, { idMatters: false });
		return {
			kind: "create",
			resource,
			fullUrl: request.inTransaction?.fullUrl,
			unless: request.ifNoneExist === undefined ? undefined : criteriaFrom(request.target.type, request.ifNoneExist),
		};
	},
};
