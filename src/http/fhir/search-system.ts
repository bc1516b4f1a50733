import { Failure } from "../../fhir/failure.ts";
import type { ReadingInteraction } from "./interaction.ts";
import { search } from "./search.ts";

/**
 * `GET [base]?parameters` (R4 http 3.1.0.9.1): over all types, with the parameters every type has, or over those of `_type`.
 * Something must be searched for: everything at once is refused.
 */
export const searchSystem: ReadingInteraction = {
	kind: "reading",
	code: "search-system",
	level: "system",
	method: "GET",
	path: "/",
	run: (tx, request) => {
		if (!request.parameters.some(([name]) => selecting.test(name))) {
			throw new Failure("too-costly", "Name what to search for: _type, _id, _lastUpdated, _tag, _profile or _security");
		}
		return search(tx, request, undefined);
	},
};

/** `POST [base]/_search`: the same, parameters in the form body and the URL together. */
export const searchSystemByPost: ReadingInteraction = { ...searchSystem, method: "POST", path: "/_search" };

const selecting = /^(_type|_id|_lastUpdated|_tag|_profile|_security|_source)(:|$)/;
