import { sql } from "kysely";
import { Failure } from "../fhir/failure.ts";
import { parseJson } from "../fhir/json.ts";
import { evaluatePath } from "../fhir/path.ts";
import { mappedTypes, tablesOf } from "../mapping/registry.ts";
import { and, asSql } from "../search/condition.ts";
import { encodeCursor } from "../search/cursor.ts";
import type { Filter, Include, SearchQuery } from "../search/query.ts";
import type { Branch, IdLimit } from "../search/sql/branch.ts";
import { after, compareKeys, keyTexts, orderBy } from "../search/sql/keyset.ts";
import { nativeBranches } from "../search/sql/native-branch.ts";
import { wholeBranch } from "../search/sql/whole-branch.ts";
import { type NativeRow, nativeVersion, type WholeRow, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { load, residuesOf } from "./load.ts";
import { locate } from "./locate.ts";
import type { ResourceVersion, SearchPage } from "./resource-version.ts";

/** Resources `_revinclude` adds to one page, at most. */
const maxIncluded = 1000;

/** One matching row: up to eight resources of it. */
interface Hit {
	readonly branch: number;
	readonly row: number;
	readonly parts: number;
	readonly keys: readonly (string | null)[];
	readonly data: Record<string, unknown>;
}

/** Runs a search (R4 search): every branch gives its matches in order, here they are merged, cut to a page and completed. */
export async function searchResources(tx: Transaction, query: SearchQuery): Promise<SearchPage> {
	const branches = await branchesOf(tx, query);
	const total = query.total ? await countMatches(tx, branches) : undefined;
	if (query.count === 0) return { matches: [], included: [], nextCursor: undefined, total };
	const hits: Hit[] = [];
	for (const [index, branch] of branches.entries()) {
		if (query.sort.length === 0 && query.cursor !== undefined && index < query.cursor.branch) continue;
		// Without sort keys branches follow one another: once the page is full the later ones are not asked.
		if (query.sort.length === 0 && countParts(hits, query) > query.count) break;
		hits.push(...(await runBranch(tx, branch, index, query)));
	}
	const keys = branches[0]?.keys ?? [];
	hits.sort((a, b) => compareKeys(keys, a.keys, b.keys) || a.branch - b.branch || b.row - a.row);
	const page = takePage(hits, branches, query);
	return {
		matches: page.matches,
		included: await includedBy(tx, page.matches, query),
		nextCursor: page.nextCursor,
		total,
	};
}

async function branchesOf(tx: Transaction, query: SearchQuery): Promise<Branch[]> {
	const types = query.type !== undefined ? [query.type] : query.types.length > 0 ? query.types : mappedTypes;
	const branches: Branch[] = [];
	const wholes: number[] = [];
	let limited = false;
	for (const type of types) {
		const ids = await limitOf(tx, type, query.filters);
		if (ids !== undefined) {
			limited = true;
			wholes.push(...ids.wholes);
		}
		for (const { table, mappings } of tablesOf(type)) branches.push(...nativeBranches(table, mappings, query, ids));
	}
	if (query.type === undefined && limited) wholes.push(...(await wholesNamed(tx, query.filters)));
	const whole = wholeBranch(query, limited ? { rows: new Map(), wholes } : undefined);
	if (whole.where !== false) branches.push(whole);
	return branches;
}

/** Where the ids of `_id` filters lead, within one type; undefined without such a filter. */
async function limitOf(tx: Transaction, type: string, filters: readonly Filter[]): Promise<IdLimit | undefined> {
	const wanted = wantedIds(filters);
	if (wanted === undefined) return undefined;
	const rows = new Map<string, number[]>();
	const wholes: number[] = [];
	for (const location of (await locate(tx, type, wanted)).values()) {
		if (location.kind === "whole") wholes.push(location.key);
		else rows.set(location.mapping.name, [...(rows.get(location.mapping.name) ?? []), location.rowId]);
	}
	return { rows, wholes };
}

/** Ids every `_id` filter allows. */
function wantedIds(filters: readonly Filter[]): string[] | undefined {
	const lists = filters
		.filter(({ parameter, modifier }) => parameter.code === "_id" && modifier === undefined)
		.map(({ values }) => values.map((value) => value.code ?? ""));
	if (filters.some(({ parameter, modifier }) => parameter.code === "_id" && modifier !== undefined)) {
		throw new Failure("not-supported", "_id: modifiers are not supported");
	}
	return lists.length === 0 ? undefined : lists.reduce((all, one) => all.filter((id) => one.includes(id)));
}

async function wholesNamed(tx: Transaction, filters: readonly Filter[]): Promise<number[]> {
	const rows = await tx.query(sql<{ key: number }>`
		select x.key from fhir.resource x where x.id = any(${sql.val(wantedIds(filters) ?? [])}::text[]) and x.table_name is null`);
	return rows.map((row) => row.key);
}

async function runBranch(tx: Transaction, branch: Branch, index: number, query: SearchQuery): Promise<Hit[]> {
	const where = and([branch.where, after(branch.keys, query.cursor, index, branch.rowId)]);
	if (where === false) return [];
	// One more than a page shows whether there is a next one; another because the cursor's own row may come again.
	const rows = await tx.query(sql<
		{ $row: number; $parts: number; $keys: (string | null)[] | null } & Record<string, unknown>
	>`
		select ${branch.rowId} as "$row", ${branch.parts} as "$parts", ${keyTexts(branch.keys)} as "$keys", ${branch.columns}
		from ${branch.from} where ${asSql(where)} order by ${orderBy(branch.keys, branch.rowId)} limit ${query.count + 2}`);
	return rows.map(({ $row, $parts, $keys, ...data }) => ({
		branch: index,
		row: $row,
		parts: $parts,
		keys: $keys ?? [],
		data,
	}));
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
	branches: readonly Branch[],
	query: SearchQuery,
): { matches: ResourceVersion[]; nextCursor: string | undefined } {
	const matches: ResourceVersion[] = [];
	let last: { hit: Hit; part: number } | undefined;
	for (const hit of hits) {
		const branch = branches[hit.branch] as Branch;
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

function versionOf(hit: Hit, branch: Branch, part: number): ResourceVersion {
	const mapping = branch.mappings[part];
	if (mapping === undefined) return wholeVersion(hit.data as unknown as WholeRow);
	const { residue, ...row } = hit.data;
	return nativeVersion(mapping, hit.row, row as NativeRow, residuesOf(residue as string | null).get(mapping.id.part));
}

/** What `_include` and `_revinclude` add to a page: each resource once, never one that is a match. */
async function includedBy(
	tx: Transaction,
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
		add((await load(tx, [...(await locate(tx, type, [...ids])).values()])).values());
	}
	for (const include of query.revincludes) add(await referring(tx, matches, include));
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
	const page = await searchResources(tx, {
		type: include.source,
		types: [],
		filters: [{ parameter: include.parameter, values: [{ references }] }],
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
