import { sql } from "kysely";
import { limited } from "../access/app-limits.ts";
import type { Mapping } from "../mapping/define.ts";
import { isPresent } from "../mapping/project.ts";
import type { Row } from "../mapping/unit.ts";
import { asSql } from "../search/condition.ts";
import { encodeCursor } from "../search/cursor.ts";
import type { SearchQuery } from "../search/query.ts";
import type { Branch, MovedPart } from "../search/sql/branch.ts";
import { compareKeys } from "../search/sql/keyset.ts";
import { type NativeRow, nativeVersion, type WholeRow, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { occurrenceBranches, occurrenceBranchIndex } from "./occurrence-branch.ts";
import type { ResourceVersion, SearchPage } from "./resource-version.ts";
import {
	type BranchRow,
	branchesOf,
	branchQuery,
	hasColumn,
	type PlannedBranch,
	planBranch,
	planBranches,
	rowsOfPage,
	type SearchPlan,
	wantedIds,
} from "./search-branches.ts";
import { withoutChains } from "./search-chains.ts";
import { includedBy } from "./search-includes.ts";
import { compose } from "./statement.ts";

/** One matching row: up to eight resources of it. */
interface Hit {
	readonly branch: PlannedBranch;
	readonly row: number;
	/** Bit mask of the parts that match. */
	readonly parts: number;
	readonly data: BranchRow;
}

/** Runs a search (R4 search): every branch gives its matches in order, here they are merged, cut to a page and completed. */
export async function searchResources(tx: Transaction, asked: SearchQuery): Promise<SearchPage> {
	const query = await withoutChains(tx, limited(asked, tx.caller), searchResources);
	const total = query.total ? await countMatches(tx, query) : undefined;
	if (query.count === 0) return { matches: [], included: [], incomplete: false, nextCursor: undefined, total };
	const plan = await planBranches(tx, query);
	const hits = query.sort.length === 0 ? await inTurn(tx, plan, query) : await together(tx, plan, query);
	if (query.sort.length > 0 || countParts(hits, query) <= query.count) hits.push(...(await occurrences(tx, query)));
	// Each branch is in order by itself.
	if (hits.some(({ branch }) => branch !== hits[0]?.branch)) hits.sort(inOrder);
	const page = takePage(hits, query);
	return {
		matches: page.matches,
		...(await includedBy(tx, searchResources, page.matches, query)),
		nextCursor: page.nextCursor,
		total,
	};
}

/** Occurrences of recurring appointments. Their branches are made anew for each search, since time goes on. */
async function occurrences(tx: Transaction, query: SearchQuery): Promise<Hit[]> {
	const hits: Hit[] = [];
	for await (const branch of occurrenceBranches(tx, query, wantedIds(query.filters), Date.now())) {
		hits.push(...(await runBranch(tx, planBranch(branch, occurrenceBranchIndex, query), query)));
		if (hits.length >= rowsOfPage(query)) break;
	}
	return hits;
}

/** Without sort keys branches follow one another: once the page is full the later ones are not asked. */
async function inTurn(tx: Transaction, plan: SearchPlan, query: SearchQuery): Promise<Hit[]> {
	const hits: Hit[] = [];
	let rest: readonly PlannedBranch[] | undefined;
	for (const branch of plan.branches) {
		if (query.cursor !== undefined && branch.index < query.cursor.branch) continue;
		if (countParts(hits, query) > query.count) break;
		if (branch.any !== undefined) {
			rest ??= await worthAsking(tx, plan, hits);
			if (!rest.includes(branch)) continue;
		}
		hits.push(...(await runBranch(tx, branch, query)));
	}
	return hits;
}

/** All at once, but for those of which it can be told whether there is any need. */
async function together(tx: Transaction, plan: SearchPlan, query: SearchQuery): Promise<Hit[]> {
	const ask = (some: readonly PlannedBranch[]) => Promise.all(some.map((branch) => runBranch(tx, branch, query)));
	const first = (await ask(plan.branches.filter(({ any }) => any === undefined))).flat();
	const rest = await worthAsking(tx, plan, first);
	return rest.length === 0 ? first : [...first, ...(await ask(rest)).flat()];
}

/** Those of the other branches that may have a match, as the first branch's rows tell, or else a look at each. */
async function worthAsking(
	tx: Transaction,
	{ branches, probe }: SearchPlan,
	[telling]: readonly Hit[],
): Promise<readonly PlannedBranch[]> {
	const rest = branches.filter(({ any }) => any !== undefined);
	if (telling?.branch.index === 0 && telling.data.$beside === false) return [];
	if (rest.length <= 1) return rest;
	const [has] = await tx.query(probe());
	return rest.filter((branch) => has?.[hasColumn(branch)] === true);
}

/** A page of a branch. Where fewer rows were read than make one, or residues take parts from it, more are read. */
async function runBranch(tx: Transaction, branch: PlannedBranch, query: SearchQuery): Promise<Hit[]> {
	const hits: Hit[] = [];
	let last: Hit | undefined;
	const first = branch.firstPage();
	for (let page = first; page !== undefined; ) {
		const rows: BranchRow[] = await tx.query(page.statement);
		const moved = await movedParts(tx, branch, rows);
		for (const data of rows) {
			// A cursor's own row comes again.
			if (data.$row === last?.row) continue;
			last = hitOf(branch, data, moved);
			if (last.parts !== 0) hits.push(last);
		}
		if (last === undefined || rows.length < page.rows) break;
		const enough = rowsEnough(hits, query);
		if (page === first) branch.learn(enough);
		if (enough !== undefined) break;
		const cursor = { keys: keysOf(last), branch: branch.index, row: last.row, part: 0 };
		const next = branchQuery(branch, branch.index, { ...query, cursor });
		page = next === undefined ? undefined : { statement: compose(next), rows: rowsOfPage(query) };
	}
	return hits;
}

/** By row, the parts that are found by what their residues say; those of a branch of their own give them. */
async function movedParts(
	tx: Transaction,
	{ movedOf }: PlannedBranch,
	rows: readonly BranchRow[],
): Promise<Map<number, MovedPart[]>> {
	if (movedOf === undefined || rows[0]?.$beside !== true) return new Map();
	const moved = await tx.query(movedOf(rows.map(({ $row }) => $row)));
	return Map.groupBy(moved, ({ row }) => row);
}

/** How many of the hits make a page and show that there is a next one; undefined where all of them do not. */
function rowsEnough(hits: readonly Hit[], query: SearchQuery): number | undefined {
	let count = 0;
	for (let at = 0; at < hits.length; at++) {
		count += partsOf(hits[at] as Hit, query);
		if (count > query.count) return at + 1;
	}
	return undefined;
}

function hitOf(branch: PlannedBranch, data: BranchRow, moved: ReadonlyMap<number, readonly MovedPart[]>): Hit {
	const { parts: which, mappings } = branch;
	let parts = 0;
	if ("mask" in which) parts = data.$parts ?? 0;
	else if (branch.kind === "whole") parts = 1;
	else {
		for (let part = 0; part < mappings.length; part++) {
			if (which.present[part] && isPresent(mappings[part] as Mapping, data as Row)) parts |= 1 << part;
		}
	}
	for (const { part } of moved.get(data.$row) ?? []) {
		parts &= ~(1 << mappings.findIndex(({ id }) => id.part === part));
	}
	return { branch, row: data.$row, parts, data };
}

/** The sort keys of a hit, as text. */
function keysOf({ branch, data }: Hit): readonly (string | null)[] {
	return data.$keys ?? branch.keys.map(({ property }) => data[property as string] as string);
}

function inOrder(a: Hit, b: Hit): number {
	return compareKeys(a.branch.keys, keysOf(a), keysOf(b)) || a.branch.index - b.branch.index || b.row - a.row;
}

async function countMatches(tx: Transaction, query: SearchQuery): Promise<number> {
	let total = 0;
	const count = async (branch: Branch): Promise<void> => {
		const [row] = await tx.query(sql<{ n: number }>`
			select coalesce(sum(bit_count((${branch.counted})::bit(16))), 0)::int8 n from ${branch.from} where ${asSql(branch.where)}`);
		total += Number(row?.n ?? 0);
	};
	for (const branch of await branchesOf(tx, query)) await count(branch);
	const all = { ...query, cursor: undefined };
	for await (const branch of occurrenceBranches(tx, all, wantedIds(query.filters), Date.now())) await count(branch);
	return total;
}

/** Resources these hits give, apart from those the page before has shown. */
function countParts(hits: readonly Hit[], query: SearchQuery): number {
	return hits.reduce((sum, hit) => sum + partsOf(hit, query), 0);
}

function partsOf(hit: Hit, query: SearchQuery): number {
	let count = 0;
	for (let part = 0; 1 << part <= hit.parts; part++) {
		if ((hit.parts & (1 << part)) !== 0 && !isBehind(hit, part, query)) count++;
	}
	return count;
}

/** The first `count` resources of the hits, or as many as a page can bring, and a cursor after the last when there are more. */
function takePage(
	hits: readonly Hit[],
	query: SearchQuery,
): { matches: ResourceVersion[]; nextCursor: string | undefined } {
	const matches: ResourceVersion[] = [];
	let last: Hit | undefined;
	let lastPartShown = 0;
	for (const hit of hits) {
		for (let part = 0; 1 << part <= hit.parts; part++) {
			if ((hit.parts & (1 << part)) === 0 || isBehind(hit, part, query)) continue;
			if (matches.length === query.count && last !== undefined) {
				return { matches, nextCursor: cursorAfter(last, lastPartShown) };
			}
			const version = versionOf(hit, part);
			if (version.isCut === true && last !== undefined)
				return { matches, nextCursor: cursorAfter(last, lastPartShown) };
			matches.push(version);
			last = hit;
			lastPartShown = part;
		}
	}
	return { matches, nextCursor: undefined };
}

function cursorAfter(last: Hit, part: number): string {
	return encodeCursor({ keys: keysOf(last), branch: last.branch.index, row: last.row, part });
}

/** Parts of the cursor's own row that the page before has shown. */
function isBehind(hit: Hit, part: number, { cursor }: SearchQuery): boolean {
	return cursor !== undefined && hit.branch.index === cursor.branch && hit.row === cursor.row && part <= cursor.part;
}

function versionOf({ branch, row, data }: Hit, part: number): ResourceVersion {
	const mapping = branch.mappings[part];
	if (mapping === undefined) return wholeVersion(data as unknown as WholeRow);
	return nativeVersion(mapping, row, data as unknown as NativeRow);
}
