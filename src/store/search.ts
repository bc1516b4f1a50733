import { sql } from "kysely";
import { limited } from "../access/app-limits.ts";
import { asSql } from "../search/condition.ts";
import { encodeCursor } from "../search/cursor.ts";
import type { SearchQuery } from "../search/query.ts";
import type { Branch } from "../search/sql/branch.ts";
import { compareKeys } from "../search/sql/keyset.ts";
import { type NativeRow, nativeVersion, type WholeRow, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { residuesOf } from "./load.ts";
import type { ResourceVersion, SearchPage } from "./resource-version.ts";
import { branchesOf, type PlannedBranch, planBranches } from "./search-branches.ts";
import { withoutChains } from "./search-chains.ts";
import { includedBy } from "./search-includes.ts";

/** One matching row: up to eight resources of it. */
interface Hit {
	readonly branch: number;
	readonly row: number;
	readonly parts: number;
	readonly keys: readonly (string | null)[];
	readonly data: Record<string, unknown>;
}

/** Runs a search (R4 search): every branch gives its matches in order, here they are merged, cut to a page and completed. */
export async function searchResources(tx: Transaction, asked: SearchQuery): Promise<SearchPage> {
	const query = await withoutChains(tx, limited(asked, tx.caller), searchResources);
	const total = query.total ? await countMatches(tx, await branchesOf(tx, query)) : undefined;
	if (query.count === 0) return { matches: [], included: [], nextCursor: undefined, total };
	const branches = await planBranches(tx, query);
	const hits = query.sort.length === 0 ? await inTurn(tx, branches, query) : await together(tx, branches);
	const keys = branches[0]?.keys ?? [];
	hits.sort((a, b) => compareKeys(keys, a.keys, b.keys) || a.branch - b.branch || b.row - a.row);
	const page = takePage(hits, branches, query);
	return {
		matches: page.matches,
		included: await includedBy(tx, searchResources, page.matches, query),
		nextCursor: page.nextCursor,
		total,
	};
}

/** Without sort keys branches follow one another: once the page is full the later ones are not asked. */
async function inTurn(tx: Transaction, branches: readonly PlannedBranch[], query: SearchQuery): Promise<Hit[]> {
	const hits: Hit[] = [];
	for (const [index, branch] of branches.entries()) {
		if (query.cursor !== undefined && index < query.cursor.branch) continue;
		if (countParts(hits, query) > query.count) break;
		if (!isKnownEmpty(branch, hits)) hits.push(...(await runBranch(tx, branch, index)));
	}
	return hits;
}

/** All at once, but for those of which the first branch tells whether there is any need. */
async function together(tx: Transaction, branches: readonly PlannedBranch[]): Promise<Hit[]> {
	const ask = (which: (branch: PlannedBranch) => boolean) =>
		Promise.all(branches.map((branch, index) => (which(branch) ? runBranch(tx, branch, index) : [])));
	const first = (await ask(({ told }) => told === undefined)).flat();
	const rest = await ask((branch) => branch.told !== undefined && !isKnownEmpty(branch, first));
	return [...first, ...rest.flat()];
}

/** The first branch's rows say that this one has none. */
function isKnownEmpty({ told }: PlannedBranch, hits: readonly Hit[]): boolean {
	const [telling] = hits;
	return told !== undefined && telling?.branch === 0 && telling.data[told] === false;
}

async function runBranch(tx: Transaction, { statement }: PlannedBranch, index: number): Promise<Hit[]> {
	if (statement === undefined) return [];
	const rows = await tx.query(statement);
	return rows.map((data) => ({ branch: index, row: data.$row, parts: data.$parts, keys: data.$keys ?? [], data }));
}

async function countMatches(tx: Transaction, branches: readonly Branch[]): Promise<number> {
	let total = 0;
	for (const branch of branches) {
		const [row] = await tx.query(sql<{ n: number }>`
			select coalesce(sum(bit_count((${branch.parts})::bit(16))), 0)::int8 n from ${branch.from} where ${asSql(branch.where)}`);
		total += Number(row?.n ?? 0);
	}
	return total;
}

/** Resources these hits give, apart from those the page before has shown. */
function countParts(hits: readonly Hit[], query: SearchQuery): number {
	let count = 0;
	for (const hit of hits) {
		for (let part = 0; 1 << part <= hit.parts; part++)
			if ((hit.parts & (1 << part)) !== 0 && !isBehind(hit, part, query)) count++;
	}
	return count;
}

/** The first `count` resources of the hits, and a cursor after the last when there are more. */
function takePage(
	hits: readonly Hit[],
	branches: readonly PlannedBranch[],
	query: SearchQuery,
): { matches: ResourceVersion[]; nextCursor: string | undefined } {
	const matches: ResourceVersion[] = [];
	let last: { hit: Hit; part: number } | undefined;
	for (const hit of hits) {
		const branch = branches[hit.branch] as PlannedBranch;
		const parts = branch.kind === "whole" ? 1 : branch.mappings.length;
		for (let part = 0; part < parts; part++) {
			if ((hit.parts & (1 << part)) === 0 || isBehind(hit, part, query)) continue;
			if (matches.length === query.count && last !== undefined) {
				const { keys, branch: at, row } = last.hit;
				return { matches, nextCursor: encodeCursor({ keys, branch: at, row, part: last.part }) };
			}
			matches.push(versionOf(hit, branch, part));
			last = { hit, part };
		}
	}
	return { matches, nextCursor: undefined };
}

/** Parts of the cursor's own row that the page before has shown. */
function isBehind(hit: Hit, part: number, { cursor }: SearchQuery): boolean {
	return cursor !== undefined && hit.branch === cursor.branch && hit.row === cursor.row && part <= cursor.part;
}

function versionOf(hit: Hit, branch: PlannedBranch, part: number): ResourceVersion {
	const mapping = branch.mappings[part];
	if (mapping === undefined) return wholeVersion(hit.data as unknown as WholeRow);
	const residue = hit.data.residue === null ? undefined : residuesOf(hit.data.residue as string).get(mapping.id.part);
	return nativeVersion(mapping, hit.row, hit.data as NativeRow, residue);
}
