import { allowed, mayTouch } from "../access/app-limits.ts";
import { parseJson } from "../fhir/json.ts";
import { evaluatePath } from "../fhir/path.ts";
import type { Include, SearchQuery } from "../search/query.ts";
import type { Transaction } from "./database.ts";
import { load } from "./load.ts";
import { locate } from "./locate.ts";
import type { ResourceVersion, SearchPage } from "./resource-version.ts";

/** Resources one `_revinclude` adds to a page, and all includes together, at most. */
const mostReferring = 1000;
const mostIncluded = 5000;

/** Finds the matches of a search. */
export type Find = (tx: Transaction, query: SearchQuery) => Promise<Pick<SearchPage, "matches" | "nextCursor">>;

/** What comes with the matches of a page. */
export interface Included {
	readonly included: readonly ResourceVersion[];
	/** Whether there would be more than a page may bring. */
	readonly incomplete: boolean;
}

/** What `_include` and `_revinclude` add to a page: each resource once, never one that is a match, and of apps none they were not granted. */
export async function includedBy(
	tx: Transaction,
	find: Find,
	matches: readonly ResourceVersion[],
	query: SearchQuery,
): Promise<Included> {
	if (query.includes.length === 0 && query.revincludes.length === 0) return { included: [], incomplete: false };
	const seen = new Set(matches.map(keyOf));
	const included: ResourceVersion[] = [];
	let incomplete = false;
	const add = (versions: Iterable<ResourceVersion>): void => {
		for (const version of versions) {
			if (seen.has(keyOf(version))) continue;
			seen.add(keyOf(version));
			if (included.length < mostIncluded) included.push(version);
			else incomplete = true;
		}
	};
	for (const [type, ids] of referencesFrom(matches, query.includes)) {
		if (allowed(tx.caller, type, "rs") === "nothing") continue;
		const wanted = [...ids].slice(0, mostIncluded);
		if (wanted.length < ids.size) incomplete = true;
		const locations = [...(await locate(tx, type, wanted, true)).values()];
		if (locations.some((one) => one.kind === "whole" && one.whole.cut === true)) incomplete = true;
		const found = await load(tx, locations);
		add([...found.values()].filter(({ text }) => mayTouch(tx.caller, type, text, "rs")));
	}
	for (const include of query.revincludes) {
		if (allowed(tx.caller, include.source, "s") === "nothing") continue;
		const page = await referring(tx, find, matches, include);
		if (page.nextCursor !== undefined) incomplete = true;
		add(page.matches);
	}
	return { included, incomplete };
}

function keyOf(version: ResourceVersion): string {
	return `${version.type}/${version.id}`;
}

/** Ids by type that the matches refer to through the parameters of `_include`. */
function referencesFrom(matches: readonly ResourceVersion[], includes: readonly Include[]): Map<string, Set<string>> {
	const wanted = new Map<string, Set<string>>();
	for (const match of matches) {
		const chosen = includes.filter((include) => include.source === match.type);
		if (chosen.length === 0) continue;
		const resource = parseJson(match.text);
		for (const { parameter, target } of chosen) {
			for (const { value } of parameter.paths.flatMap((path) => evaluatePath(path, resource))) {
				const found = /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.*)?$/.exec(
					String((value as { reference?: string } | null)?.reference ?? ""),
				);
				if (found === null || (target !== undefined && found[1] !== target)) continue;
				wanted.set(found[1] as string, (wanted.get(found[1] as string) ?? new Set()).add(found[2] as string));
			}
		}
	}
	return wanted;
}

/** Resources of the `_revinclude` type that refer to the matches. */
async function referring(
	tx: Transaction,
	find: Find,
	matches: readonly ResourceVersion[],
	include: Include,
): Promise<Pick<SearchPage, "matches" | "nextCursor">> {
	const references = matches
		.filter(
			({ type }) =>
				(include.target === undefined || type === include.target) && include.parameter.target.includes(type),
		)
		.map(keyOf);
	if (references.length === 0) return { matches: [], nextCursor: undefined };
	return find(tx, {
		type: include.source,
		types: [],
		filters: [{ parameter: include.parameter, values: [{ references }] }],
		chains: [],
		reverseChains: [],
		sort: [],
		count: mostReferring,
		cursor: undefined,
		total: false,
		summary: undefined,
		elements: [],
		includes: [],
		revincludes: [],
		applied: [],
	});
}
