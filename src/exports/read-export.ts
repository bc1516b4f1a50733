import { parseJson } from "../fhir/json.ts";
import { decodeCursor } from "../search/cursor.ts";
import type { SearchQuery } from "../search/query.ts";
import type { Transaction } from "../store/database.ts";
import { usersOfPatients } from "../store/exports/members.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { readResource, searchResources } from "../store/resources.ts";
import type { ExportRequest } from "./export-request.ts";
import { associatedTypes, exportedTypes } from "./exported-types.ts";
import { groupMembers } from "./group-members.ts";
import { batches, narrowed, passesOf, wholeSearch } from "./passes.ts";
import { provenanceOf } from "./provenance.ts";
import { type Records, recordsOf } from "./records.ts";
import { referencesTo } from "./references.ts";

/** Some of what is exported of a type. */
export interface ExportedPage {
	readonly type: string;
	readonly versions: readonly ResourceVersion[];
}

/** Resources looked up by id at once. */
const idsAtOnce = 500;

/**
 * What an export holds, a page after the other, each type in one go, every resource once: read as any search is, so that whose rows, which
 * scopes and which form are those of a search. Nothing but ids of what records refer to is kept meanwhile.
 *
 * @throws Failure not-found | forbidden - a Group the caller may not see
 */
export async function* readExport(tx: Transaction, request: ExportRequest, base: string): AsyncGenerator<ExportedPage> {
	const types = exportedTypes(request, tx.caller);
	if (request.level === "system") {
		for (const type of types) yield* pagesOf(tx, wholeSearch(type, request, base));
		return;
	}
	const records = recordsOf(await membersOf(tx, request));
	const associated = types.filter((type) => associatedTypes.includes(type));
	const references = referencesTo(associated);
	const own = types.filter((type) => !associatedTypes.includes(type) && type !== "Provenance");
	for (const type of own) {
		for (const { query, keeps } of passesOf(type, request, base, records)) {
			yield* kept(pagesOf(tx, query), keeps, references.gather);
		}
	}
	if (types.includes("Provenance")) {
		const pages = pagesOf(tx, wholeSearch("Provenance", request, base));
		for await (const { type, versions } of pages) {
			const about = await provenanceOf(tx, versions, own, request, base, records);
			references.gather(about);
			yield { type, versions: about };
		}
	}
	for (const type of associated) {
		const query = wholeSearch(type, request, base);
		for (const ids of batches(references.take(type), idsAtOnce)) {
			const page = pagesOf(tx, narrowed(query, "_id", { values: ids.map((code) => ({ code })) }));
			yield* kept(page, () => true, references.gather);
		}
	}
}

/** The patients it is narrowed to; undefined: all the caller may see. */
async function membersOf(tx: Transaction, request: ExportRequest): Promise<Records["members"]> {
	const { group, patients } = request;
	if (group === undefined) return patients === undefined ? undefined : usersOfPatients(tx, patients);
	const { text } = await readResource(tx, "Group", group);
	const members = groupMembers(parseJson(text));
	return usersOfPatients(tx, patients === undefined ? members : members.filter((id) => patients.includes(id)));
}

async function* kept(
	pages: AsyncIterable<ExportedPage>,
	keeps: (version: ResourceVersion) => boolean,
	gather: (versions: readonly ResourceVersion[]) => void,
): AsyncGenerator<ExportedPage> {
	for await (const { type, versions } of pages) {
		const some = versions.filter(keeps);
		gather(some);
		yield { type, versions: some };
	}
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
