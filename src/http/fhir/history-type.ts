import { history } from "./history.ts";
import type { ReadingInteraction } from "./interaction.ts";

/** `GET [base]/Type/_history`: the history of all resources of a type (R4 http 3.1.0.10). */
export const historyType: ReadingInteraction = {
	kind: "reading",
	code: "history-type",
	level: "type",
	method: "GET",
	path: "/:type/_history",
	run: (tx, request) => history(tx, request, { type: request.target.type }),
};
