import type { ReadingInteraction } from "./interaction.ts";
import { search } from "./search.ts";

/** `GET [base]/Type?parameters` (R4 http 3.1.0.9). */
export const searchType: ReadingInteraction = {
	kind: "reading",
	code: "search-type",
	level: "type",
	method: "GET",
	path: "/:type",
	run: (tx, request) => search(tx, request, request.target.type),
};

/** `POST [base]/Type/_search`: the same, parameters in the form body and the URL together. */
export const searchTypeByPost: ReadingInteraction = { ...searchType, method: "POST", path: "/:type/_search" };
