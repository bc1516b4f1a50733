import { history } from "./history.ts";
import type { ReadingInteraction } from "./interaction.ts";

/** `GET [base]/Type/id/_history`: the history of one resource; 404 where there never was one (R4 http 3.1.0.10). */
export const historyInstance: ReadingInteraction = {
	kind: "reading",
	code: "history-instance",
	level: "instance",
	method: "GET",
	path: "/:type/:id/_history",
	run: (tx, request) => history(tx, request, { type: request.target.type, id: request.target.id }),
};
