import { allowed, mayTouch } from "../access/app-limits.ts";
import { parseJson } from "../fhir/json.ts";
import { evaluatePath } from "../fhir/path.ts";
import type { Include, SearchQuery } from "../search/query.ts";
import type { Transaction } from "./database.ts";
import { load } from "./load.ts";
import { locate } from "./locate.ts";
import type { ResourceVersion } from "./resource-version.ts";

/** Resources `_revinclude` adds to one page, at most. */
const maxIncluded = 1000;

/** Finds the matches of a search. */
type Find = (tx: Transaction, query: SearchQuery) => Promise<{ readonly matches: readonly ResourceVersion[] }>;

/** What `_include` and `_revinclude` add to a page: each resource once, never one that is a match, and of apps none they were not granted. */
export async function includedBy(
	tx: Transaction,
	find: Find,
	matches: readonly ResourceVersion[],
	query: SearchQuery,
): Promise<ResourceVersion[]> {
	const seen = new Set(matches.map(keyOf));
	const included: ResourceVersion[] = [];
	const add = (versions: Iterable<ResourceVersion>): void => {
		for (const version of versions) {
			if (seen.has(keyOf(version))) continue;
			seen.add(keyOf(version));
			included.push(version);
		}
	};
	for (const [type, ids] of referencesFrom(matches, query.includes)) {
		if (allowed(tx.caller, type, "rs") === "nothing") continue;
		const found = await load(tx, [...(await locate(tx, type, [...ids])).values()]);
		add([...found.values()].filter(({ text }) => mayTouch(tx.caller, type, text, "rs")));
	}
	for (const include of query.revincludes) {
		if (allowed(tx.caller, include.source, "s") !== "nothing") add(await referring(tx, find, matches, include));
	}
	return included;
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
): Promise<readonly ResourceVersion[]> {
	const references = matches
		.filter(
			({ type }) =>
				(include.target === undefined || type === include.target) && include.parameter.target.includes(type),
		)
		.map(keyOf);
	if (references.length === 0) return [];
	const page = await find(tx, {
		type: include.source,
		types: [],
		filters: [{ parameter: include.parameter, values: [{ references }] }],
		chains: [],
		reverseChains: [],
		sort: [],
		count: maxIncluded,
		cursor: undefined,
		total: false,
		summary: undefined,
		elements: [],
		includes: [],
		revincludes: [],
		applied: [],
	});
	return page.matches;
}
