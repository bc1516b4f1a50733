import type { JsonObject } from "../fhir/json.ts";
import { extractOne } from "./extract.ts";
import { kinds } from "./params/all.ts";
import type { IndexEntries } from "./params/kind.ts";
import type { Filter } from "./query.ts";
import { presenceTerm } from "./term.ts";

/**
 * Whether a resource is one that all filters find: the same answer as a search's, for what no search looks at (old versions, what is
 * about to be written).
 *
 * @param filters - other than of `_id`
 * @param now - milliseconds since 1970, for what is “about” a time
 */
export function meets(resource: JsonObject, filters: readonly Filter[], now: number = Date.now()): boolean {
	return filters.every((filter) => meetsOne(resource, filter, now));
}

function meetsOne(resource: JsonObject, filter: Filter, now: number): boolean {
	const { parameter, modifier, values } = filter;
	const entries: IndexEntries = { terms: new Set(), strings: [], dates: [], numbers: [] };
	extractOne(resource, parameter, entries);
	if (modifier === "missing") return entries.terms.has(presenceTerm(parameter.code)) !== filter.missing;
	const found = values.some((value) => kinds[parameter.type].finds(value, filter, entries, now));
	return modifier === "not" ? !found : found;
}
