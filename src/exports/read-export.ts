import { decodeCursor } from "../search/cursor.ts";
import type { SearchQuery } from "../search/query.ts";
import type { Transaction } from "../store/database.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { searchResources } from "../store/resources.ts";
import type { ExportRequest } from "./export-request.ts";
import type { ExportScope } from "./export-scope.ts";
import { batches, idsAtOnce, narrowed, passesOf, wholeSearch } from "./passes.ts";
import { provenanceOf } from "./provenance.ts";
import { type References, referencesTo } from "./references.ts";

/** Some of what is exported of a type. */
export interface ExportedPage {
	readonly type: string;
	readonly versions: readonly ResourceVersion[];
}

/**
 * What an export holds, a page after the other, each type in one go, every resource once: read as any search is, so that whose rows, which
 * scopes and which form are those of a search. Nothing but ids of what records refer to is kept meanwhile.
 */
export async function* readExport(
	tx: Transaction,
	request: ExportRequest,
	base: string,
	{ records, own, associated }: ExportScope,
): AsyncGenerator<ExportedPage> {
	if (records === undefined) {
		for (const type of own) yield* pagesOf(tx, wholeSearch(type, request, base));
		return;
	}
	const references = referencesTo(associated);
	const about = own.filter((type) => type !== "Provenance");
	for (const type of about) {
		for (const { query, keeps } of passesOf(type, request, base, records)) {
			for await (const page of pagesOf(tx, query)) yield gathered(type, page.versions.filter(keeps), references);
		}
	}
	if (own.includes("Provenance")) {
		for await (const { versions } of pagesOf(tx, wholeSearch("Provenance", request, base))) {
			yield gathered("Provenance", await provenanceOf(tx, versions, about, request, base, records), references);
		}
	}
	for (const type of associated) yield* referred(tx, wholeSearch(type, request, base), references);
}

/** What was referred to so far, of the type of a search. */
async function* referred(tx: Transaction, query: SearchQuery, references: References): AsyncGenerator<ExportedPage> {
	const type = query.type as string;
	for (const ids of batches(references.take(type), idsAtOnce)) {
		const named = narrowed(query, "_id", { values: ids.map((code) => ({ code })) });
		for await (const { versions } of pagesOf(tx, named)) yield gathered(type, versions, references);
	}
}

function gathered(type: string, versions: readonly ResourceVersion[], references: References): ExportedPage {
	references.gather(versions);
	return { type, versions };
}

/** All matches of a search of one type, page by page. */
async function* pagesOf(tx: Transaction, query: SearchQuery): AsyncGenerator<ExportedPage> {
	const type = query.type as string;
	for (let cursor = query.cursor; ; ) {
		const { matches, nextCursor } = await searchResources(tx, { ...query, cursor });
		if (matches.length > 0) yield { type, versions: matches };
		if (nextCursor === undefined) return;
		cursor = decodeCursor(nextCursor);
	}
}

/** Which of some resources of a type the caller sees now, by id. */
export async function seenNow(
	tx: Transaction,
	type: string,
	ids: readonly string[],
	base: string,
): Promise<ReadonlySet<string>> {
	const everything = wholeSearch(type, { filters: [] }, base);
	const query = narrowed(everything, "_id", { values: ids.map((code) => ({ code })) });
	const seen = new Set<string>();
	for await (const { versions } of pagesOf(tx, query)) for (const { id } of versions) seen.add(id);
	return seen;
}
