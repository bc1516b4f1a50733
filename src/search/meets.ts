import type { JsonObject } from "../fhir/json.ts";
import { extractOne } from "./extract.ts";
import type { IndexEntries } from "./params/kind.ts";
import { termOf } from "./params/token.ts";
import type { Filter } from "./query.ts";

/**
 * Whether a resource is one that all filters find: the same answer as a search's, for what no search looks at (old versions, what is
 * about to be written).
 *
 * @param filters - of token parameters, without modifiers
 */
export function meets(resource: JsonObject, filters: readonly Filter[]): boolean {
	return filters.every((filter) => {
		const { parameter, modifier, values } = filter;
		if (parameter.type !== "token" || modifier !== undefined) throw new Error("only plain tokens can be compared here");
		const found: IndexEntries = { terms: new Set(), strings: [], dates: [], numbers: [] };
		extractOne(resource, parameter, found);
		return values.some((value) => found.terms.has(termOf(parameter.code, value)));
	});
}
