import { Failure } from "../fhir/failure.ts";
import type { SearchQuery } from "./query.ts";

/** What one search may ask for, so that none costs without bound; README.md tells people. */
export const searchLimits = {
	/** Matches on a page when `_count` says nothing, and at most. */
	usualCount: 50,
	count: 1000,
	/** Values one parameter may list. */
	values: 500,
	/** Parameters that select, chains included. */
	filters: 50,
	sortKeys: 8,
	/** References followed by `_include`, and as many by `_revinclude`. */
	includes: 50,
	/** Searches that the chains of one search come to: each type a reference may lead to is one. */
	chained: 100,
	/** Characters of all parameters together, escaped as they stand in page links. */
	characters: 32_000,
} as const;

/** @throws Failure too-costly - a search that asks for more than it may */
export function checkLimits(query: SearchQuery): void {
	const most = (what: string, count: number, limit: number) => {
		if (count > limit) throw new Failure("too-costly", `a search may have at most ${limit} ${what}, not ${count}`);
	};
	const { filters, chains, reverseChains, sort, includes, revincludes } = query;
	most("parameters", filters.length + chains.length + reverseChains.length, searchLimits.filters);
	most("sort keys", sort.length, searchLimits.sortKeys);
	most("references to _include", includes.length, searchLimits.includes);
	most("references to _revinclude", revincludes.length, searchLimits.includes);
}

/** What the chains of one search have left. */
export interface ChainBudget {
	/** Searches. */
	searches: number;
	/** Types looked at, whether they know the rest of the chain or not. */
	types: number;
}

/** A full one. */
export function chainBudget(): ChainBudget {
	return { searches: searchLimits.chained, types: 20 * searchLimits.chained };
}

/** @throws Failure too-costly - the chain leads through too many types */
export function spend(budget: ChainBudget, what: keyof ChainBudget, name: string): void {
	budget[what]--;
	if (budget[what] >= 0) return;
	const hint = "name the types in between, as in subject:Patient.name";
	throw new Failure("too-costly", `${name.slice(0, 100)}: the chain may lead through too many types; ${hint}`);
}
