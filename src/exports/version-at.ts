import type { Transaction } from "../store/database.ts";
import { instanceVersions } from "../store/history.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { deletions } from "./deletions.ts";
import type { ExportRequest } from "./export-request.ts";
import type { ExportScope } from "./export-scope.ts";

/**
 * A resource as it was at a moment: what changed between the moment and the look at the database is shown as before. Undefined for what
 * was not there yet, or had not changed since `since` then.
 */
export async function versionAt(
	tx: Transaction,
	version: ResourceVersion,
	moment: string,
	since: string | undefined,
): Promise<ResourceVersion | undefined> {
	if (version.lastUpdated <= moment) return version;
	const versions = await instanceVersions(tx, version.type, version.id, { until: moment });
	const before = versions.find((one) => one.lastUpdated <= moment);
	if (before === undefined || before.method === "DELETE") return undefined;
	return since !== undefined && before.lastUpdated <= since ? undefined : before;
}

/**
 * What was deleted after a moment, as it was then. Of types that are filtered nothing is: whether it was to be found is not known any more, and
 * the next export tells that it is gone.
 */
export async function* lostSince(
	tx: Transaction,
	request: ExportRequest,
	base: string,
	scope: ExportScope,
	moment: string,
): AsyncGenerator<ResourceVersion> {
	const own = scope.own.filter((type) => !request.filters.some((filter) => filter.type === type));
	for await (const gone of deletions(tx, { ...scope, own }, base, { from: moment, to: undefined }, false)) {
		for (const one of gone) {
			const version = await versionAt(tx, one, moment, request.since);
			const isOld = request.since !== undefined && version !== undefined && version.lastUpdated <= request.since;
			if (version !== undefined && !isOld) yield version;
		}
	}
}
