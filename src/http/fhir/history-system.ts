import { history } from "./history.ts";
import type { ReadingInteraction } from "./interaction.ts";

/** `GET [base]/_history`: the history of everything the caller can see (R4 http 3.1.0.10). */
export const historySystem: ReadingInteraction = {
	kind: "reading",
	code: "history-system",
	level: "system",
	method: "GET",
	path: "/_history",
	run: (tx, request) => history(tx, request, {}),
};
