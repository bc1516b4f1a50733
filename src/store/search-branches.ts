import { type RawBuilder, sql } from "kysely";
import { Failure } from "../fhir/failure.ts";
import { mappedTypes, tablesOf } from "../mapping/registry.ts";
import { and, asSql } from "../search/condition.ts";
import type { Filter, SearchQuery } from "../search/query.ts";
import { besideRows } from "../search/sql/beside.ts";
import type { Branch, IdLimit, MovedPart } from "../search/sql/branch.ts";
import { after, keyTexts, orderBy } from "../search/sql/keyset.ts";
import { nativeBranches } from "../search/sql/native-branch.ts";
import { wholeBranch } from "../search/sql/whole-branch.ts";
import type { Transaction } from "./database.ts";
import { locate } from "./locate.ts";
import { bytesBefore, pageBytes } from "./page-bytes.ts";
import { type Composed, compose, template } from "./statement.ts";

/** A row of a branch's matches; the other columns are the branch's own. Parts and keys are there where the columns do not say them. */
export type BranchRow = {
	$row: number;
	$parts?: number;
	$keys?: (string | null)[];
	/** Of native rows: whether anything in `fhir.resource` may be of the search. */
	$beside?: boolean;
} & Record<string, unknown>;

/** A branch and how to read it. */
export interface PlannedBranch extends Branch {
	/** Its place among the branches of the search. */
	readonly index: number;
	/** Reads the first page asked for; undefined where there are no matches. */
	firstPage(): PageStatement | undefined;
	/** Says which parts of some rows are not to be found by their columns; undefined where none can be. */
	readonly movedOf: ((rowIds: readonly number[]) => Composed<MovedPart>) | undefined;
	/** Hears how many rows made a page; undefined: those of the first page did not. */
	learn(rows: number | undefined): void;
}

/** A statement that reads rows of a branch. */
export interface PageStatement {
	readonly statement: Composed<BranchRow>;
	/** How many it gives, unless there are no more. */
	readonly rows: number;
}

/** The branches of a search. */
export interface SearchPlan {
	readonly branches: readonly PlannedBranch[];
	/**
	 * One statement that tells which branches with `any` may have a match, in columns named by {@link hasColumn}. Native rows may tell
	 * before that none has: `$beside` is false.
	 */
	probe(): Composed<Record<string, boolean>>;
}

/** The column of a probe that tells of a branch. */
export function hasColumn({ index }: PlannedBranch): string {
	return `has${index}`;
}

/** First pages that are asked for again and again: charts. Composing their statements takes longer than running them. */
const planned = new Map<string, SearchPlan>();
const mostPlanned = 500;

/** The branches of a search, their statements composed. */
export async function planBranches(tx: Transaction, query: SearchQuery): Promise<SearchPlan> {
	const isRepeatable = query.cursor === undefined && wantedIds(query.filters) === undefined;
	const key = isRepeatable ? keyOf(query) : "";
	const known = planned.get(key);
	if (known !== undefined) return known;
	const plan = planOf(await branchesOf(tx, query), query);
	if (isRepeatable) {
		if (planned.size >= mostPlanned) planned.delete(planned.keys().next().value as string);
		planned.set(key, plan);
	}
	return plan;
}

/**
 * What overrides columns or is stored whole is mostly not there, and a statement that finds nothing costs as much as a small page: so
 * native rows tell whether there is any.
 */
function planOf(all: readonly Branch[], query: SearchQuery): SearchPlan {
	const beside = sql`exists (select from fhir.resource x where ${asSql(besideRows(query))}) as "$beside"`;
	const branches = all.map((branch, index) => {
		const columns = branch.kind === "native" ? sql`${branch.columns}, ${beside}` : branch.columns;
		return planBranch({ ...branch, columns }, index, query);
	});
	let probe: Composed<Record<string, boolean>> | undefined;
	return {
		branches,
		probe() {
			probe ??= probeOf(branches);
			return probe;
		},
	};
}

function probeOf(branches: readonly PlannedBranch[]): Composed<Record<string, boolean>> {
	const columns = branches.flatMap((branch) =>
		branch.any === undefined ? [] : [sql`${branch.any} as ${sql.ref(hasColumn(branch))}`],
	);
	return compose(sql<Record<string, boolean>>`select ${sql.join(columns)}`);
}

/** A branch at its place among those of a search. */
export function planBranch(branch: Branch, index: number, query: SearchQuery): PlannedBranch {
	const most = rowsOfPage(query);
	const composed = new Map<number, Composed<BranchRow> | undefined>();
	const { moved } = branch;
	const movedOf = moved && template<MovedPart, "rowIds">((place) => moved(place("rowIds")));
	let rows = most;
	let maySave = givesSeveral(branch) && query.cursor === undefined;
	return {
		...branch,
		index,
		movedOf: movedOf && ((rowIds) => movedOf({ rowIds })),
		firstPage() {
			if (!composed.has(rows)) composed.set(rows, composeIf(branchQuery(branch, index, query, rows)));
			const statement = composed.get(rows);
			return statement === undefined ? undefined : { statement, rows };
		},
		learn(needed) {
			if (!maySave) return;
			// Whose rows give now more, now less, is asked for all there can be.
			if (needed === undefined) maySave = false;
			rows = needed === undefined ? most : Math.min(most, roundUp(needed + 1, most));
		},
	};
}

/** Does a row yield more than one match, so that fewer rows than matches make a page? */
function givesSeveral({ parts }: Branch): boolean {
	return "present" in parts && parts.present.filter((one) => one).length > 1;
}

/** To eighths of the most: each number of rows is a statement of its own, which every connection prepares. */
function roundUp(rows: number, most: number): number {
	const step = Math.ceil(most / 8);
	return Math.ceil(rows / step) * step;
}

function composeIf<Row>(statement: RawBuilder<Row> | undefined): Composed<Row> | undefined {
	return statement === undefined ? undefined : compose(statement);
}

/** Everything the statements of a first page depend on. */
function keyOf({ type, types, filters, sort, count, limits }: SearchQuery): string {
	const texts = (some: readonly Filter[]) => some.map(({ parameter, ...asked }) => [parameter.code, asked]);
	const filtered = texts(filters);
	const limited = [...(limits ?? [])].map(([limitedType, sets]) => [limitedType, sets.map(texts)]);
	const sorted = sort.map(({ parameter, descending }) => [parameter.code, descending]);
	return JSON.stringify([type, types, filtered, sorted, count, limited]);
}

/** Everything a search looks at, `_id` already located. */
export async function branchesOf(tx: Transaction, query: SearchQuery): Promise<Branch[]> {
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
	for (const location of (await locate(tx, type, wanted, false)).values()) {
		if (location.kind === "whole") wholes.push(location.key);
		else rows.set(location.mapping.name, [...(rows.get(location.mapping.name) ?? []), location.rowId]);
	}
	return { rows, wholes };
}

/** Ids every `_id` filter allows; undefined without one. */
export function wantedIds(filters: readonly Filter[]): string[] | undefined {
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

/** The statement that reads a page of a branch's matches; undefined where the branch has none. */
export function branchQuery(
	branch: Branch,
	index: number,
	query: SearchQuery,
	rows: number = rowsOfPage(query),
): RawBuilder<BranchRow> | undefined {
	const { cursor } = query;
	const isWhole = branch.kind === "whole";
	const where = and([
		branch.where,
		after(branch.keys, cursor, index, branch.rowId),
		// It has nothing more to give, but might be as much as a page can bring.
		isWhole && cursor?.branch === index ? sql<boolean>`${branch.rowId} <> ${cursor.row}` : true,
	]);
	if (where === false) return undefined;
	const parts = "mask" in branch.parts ? sql`, ${branch.parts.mask} as "$parts"` : sql``;
	const keys = keyTexts(branch.keys);
	// A literal limit, since with one that is not known plans are made for a tenth of all rows.
	const page = sql<BranchRow>`
		select ${branch.rowId} as "$row"${parts}${keys === undefined ? sql`` : sql`, ${keys} as "$keys"`}, ${branch.columns}
		from ${branch.from} where ${asSql(where)} order by ${orderBy(branch.keys, branch.rowId)} limit ${sql.lit(rows)}`;
	if (!isWhole) return page;
	const enough = sql`p.earlier > ${sql.lit(pageBytes)}`;
	return sql<BranchRow>`
		select p."$row"${keys === undefined ? sql`` : sql`, p."$keys"`}, p.type, p.id, p.version, p.last_updated, p.user_id, p.meta,
			case when ${enough} then null else p.body end body, ${enough} cut
		from (select r.*, ${bytesBefore(sql`r.body`)} earlier from (${page}) r) p`;
}

/** One more than a page shows whether there is a next one; another because the cursor's own row may come again. */
export function rowsOfPage(query: SearchQuery): number {
	return query.count + 2;
}
