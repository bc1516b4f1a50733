import { allowed, limited } from "../access/app-limits.ts";
import { searchParametersOf } from "../fhir/definitions/definitions.ts";
import { Failure } from "../fhir/failure.ts";
import type { Chain, Filter, ReverseChain, SearchQuery } from "../search/query.ts";
import { referencedIds } from "../search/sql/referenced.ts";
import type { Transaction } from "./database.ts";
import { branchesOf } from "./search-branches.ts";
import type { Find } from "./search-includes.ts";

/** Resources one step of a chain may lead through: more would be a search nobody waits for. */
const mostLinks = 1000;

/**
 * The same search with its chains done: each is a search of its own, under the same caller's rights, and what it finds becomes a filter.
 *
 * @throws Failure too-costly - a step that leads through too many resources
 */
export async function withoutChains(tx: Transaction, query: SearchQuery, find: Find): Promise<SearchQuery> {
	const { chains, reverseChains } = query;
	if (chains.length === 0 && reverseChains.length === 0) return query;
	const filters = await Promise.all([
		...chains.map((chain) => chained(tx, chain, find)),
		...reverseChains.map((chain) => reverseChained(tx, query.type ?? "", chain, find)),
	]);
	return { ...query, chains: [], reverseChains: [], filters: [...query.filters, ...filters] };
}

/** What refers to one of those the chain's searches find. */
async function chained(tx: Transaction, { parameter, searches }: Chain, find: Find): Promise<Filter> {
	// Without a type in the chain only those count that an app may search; where it may search none, it is told.
	const granted = searches.filter(({ type }) => allowed(tx.caller, type ?? "", "s") !== "nothing");
	const asked = granted.length === 0 ? searches : granted;
	const pages = await Promise.all(asked.map((search) => find(tx, { ...search, count: mostLinks + 1 })));
	const references = pages.flatMap(({ matches }) => matches.map(({ type, id }) => `${type}/${id}`));
	if (references.length > mostLinks) throw tooMany(parameter.code);
	return { parameter, values: [{ references }] };
}

/** What those refer to that the search finds. */
async function reverseChained(
	tx: Transaction,
	type: string,
	{ parameter, search }: ReverseChain,
	find: Find,
): Promise<Filter> {
	const resolved = await withoutChains(tx, limited(search, tx.caller), find);
	// Asked for, the reference is also found where it sits in a residue.
	const present: Filter = { parameter, modifier: "missing", missing: false, values: [] };
	const branches = await branchesOf(tx, { ...resolved, filters: [...resolved.filters, present] });
	const found = await Promise.all(
		branches
			.filter(({ where }) => where !== false)
			.map((branch) => tx.query(referencedIds(branch, parameter, type, mostLinks + 1))),
	);
	const ids = new Set(found.flatMap((rows) => rows.map(({ id }) => id)));
	if (ids.size > mostLinks) throw tooMany(`_has:${search.type}:${parameter.code}`);
	const own = searchParametersOf(type).get("_id");
	if (own === undefined) throw new Failure("fault", "There is no _id parameter");
	return { parameter: own, values: [...ids].map((id) => ({ code: id })) };
}

function tooMany(name: string): Failure {
	return new Failure(
		"too-costly",
		`${name}: the chain leads through more than ${mostLinks} resources; narrow it down by another parameter`,
	);
}
