import { isObject, parseJson } from "../fhir/json.ts";
import type { Transaction } from "../store/database.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { searchResources } from "../store/resources.ts";
import type { ExportRequest } from "./export-request.ts";
import { narrowed, wholeSearch } from "./passes.ts";
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
	const targets = new Map(provenances.map((one) => [one, targetsOf(one)]));
	const wanted = Map.groupBy(new Set([...targets.values()].flat()), (target) => target.split("/")[0] as string);
	const exported = new Set<string>();
	for (const type of types) {
		const ids = (wanted.get(type) ?? []).map((target) => target.split("/")[1] as string);
		if (ids.length === 0) continue;
		const query = narrowed(wholeSearch(type, request, base), "_id", { values: ids.map((code) => ({ code })) });
		// As many matches at most as there are ids: one for each.
		const { matches } = await searchResources(tx, { ...query, count: ids.length });
		for (const match of matches) if (records.includes(match)) exported.add(`${type}/${match.id}`);
	}
	return provenances.filter((one) => records.includes(one) || targets.get(one)?.some((target) => exported.has(target)));
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
