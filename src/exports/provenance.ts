import { isObject, parseJson } from "../fhir/json.ts";
import type { Transaction } from "../store/database.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { searchResources } from "../store/resources.ts";
import type { ExportRequest } from "./export-request.ts";
import { batches, idsAtOnce, narrowed, wholeSearch } from "./passes.ts";
import type { Records } from "./records.ts";

/**
 * Those of some Provenances that tell of something exported: of a record, or of a resource in it. What is exported is asked of the database
 * rather than remembered, as there is no end to it.
 *
 * @param types - exported
 */
export async function provenanceOf(
	tx: Transaction,
	provenances: readonly ResourceVersion[],
	types: readonly string[],
	request: ExportRequest,
	base: string,
	records: Records,
): Promise<ResourceVersion[]> {
	const inRecords = new Set(provenances.filter(records.includes));
	const targets = new Map(provenances.filter((one) => !inRecords.has(one)).map((one) => [one, targetsOf(one)]));
	const wanted = Map.groupBy(new Set([...targets.values()].flat()), (target) => target.split("/")[0] as string);
	const exported = new Set<string>();
	for (const type of types) {
		const search = wholeSearch(type, request, base);
		for (const some of batches(wanted.get(type) ?? [], idsAtOnce)) {
			const values = some.map((target) => ({ code: target.split("/")[1] as string }));
			// As many matches at most as there are ids: one for each.
			const query = { ...narrowed(search, "_id", { values }), count: some.length };
			const { matches } = await searchResources(tx, query);
			for (const match of matches) if (records.includes(match)) exported.add(`${type}/${match.id}`);
		}
	}
	return provenances.filter(
		(one) => inRecords.has(one) || targets.get(one)?.some((target) => exported.has(target)) === true,
	);
}

function targetsOf({ text }: ResourceVersion): string[] {
	const resource = parseJson(text);
	const targets = isObject(resource) && Array.isArray(resource.target) ? resource.target : [];
	return targets.flatMap((target) => {
		const reference = isObject(target) && typeof target.reference === "string" ? target.reference : "";
		const found = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}/.exec(reference);
		return found === null ? [] : [found[0]];
	});
}
