import { Failure } from "../../fhir/failure.ts";
import { parseSearch } from "../../search/parse.ts";
import type { Filter, SearchQuery } from "../../search/query.ts";
import type { Transaction } from "../../store/database.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import { searchResources } from "../../store/resources.ts";
import { withoutAnswerParameters } from "./negotiate.ts";
import { readParameters, writeParameters } from "./parameters.ts";
import type { FhirRequest } from "./request.ts";
import type { Criteria } from "./write-intent.ts";

/** Search parameters that shape an answer and select nothing; alone they would mean "any resource". */
const selectNothing = new Set(
	"_count _cursor _total _summary _elements _sort _include _revinclude _contained _containedType".split(" "),
);

/**
 * The criteria of an If-None-Exist header or of a conditional reference (the text after `?`).
 *
 * @throws Failure invalid - no criteria
 */
export function criteriaFrom(type: string, query: string): Criteria {
	return checked({ type, parameters: readParameters(query.trim().replace(/^(\w*\?)/, "")) });
}

/** The criteria in the URL of a conditional update or delete. */
export function conditionalCriteria(request: FhirRequest): Criteria {
	return checked({ type: request.target.type, parameters: withoutAnswerParameters(request.parameters) });
}

/** One text for criteria that mean the same, whatever the order of their parameters. */
export function conditionKey({ type, parameters }: Criteria): string {
	return `${type}?${writeParameters([...parameters].sort(([one, first], [other, second]) => compare(one + first, other + second)))}`;
}

/**
 * The resources the caller can see that meet the criteria: none, one, or the first two of many.
 *
 * @throws Failure invalid - a parameter this server does not know: ignoring it would match more than was meant
 */
export async function matchesOf(
	tx: Transaction,
	criteria: Criteria,
	base: string,
): Promise<readonly ResourceVersion[]> {
	const { query, ignored } = parseSearch(criteria.type, [...criteria.parameters, ["_count", "2"]], { base });
	if (ignored.length > 0) {
		throw new Failure("invalid", `A condition cannot use the unknown parameter ${ignored.join(", ")}`);
	}
	// `identifier=,` names no value: it would select everything.
	const filters = allFilters(query);
	if (filters.length === 0 || filters.some(({ values, missing }) => values.length === 0 && missing === undefined)) {
		throw new Failure("invalid", "A condition needs at least one search parameter with a value", { code: "required" });
	}
	return (await searchResources(tx, query)).matches;
}

/** Those of its chains included. */
function allFilters({ filters, chains, reverseChains }: SearchQuery): Filter[] {
	const chained = [...chains.flatMap(({ searches }) => searches), ...reverseChains.map(({ search }) => search)];
	return [...filters, ...chained.flatMap(allFilters)];
}

function checked(criteria: Criteria): Criteria {
	const useless = criteria.parameters.find(([name]) => selectNothing.has(name));
	if (useless !== undefined) throw new Failure("invalid", `A condition cannot use ${useless[0]}`);
	if (criteria.parameters.length === 0) {
		throw new Failure("invalid", "A condition needs at least one search parameter with a value", { code: "required" });
	}
	return criteria;
}

/** Order by code unit: the same in every locale. */
function compare(one: string, other: string): number {
	return one < other ? -1 : one > other ? 1 : 0;
}
