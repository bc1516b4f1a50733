import type { Transaction } from "../store/database.ts";
import { instanceVersions } from "../store/history.ts";
import type { ResourceVersion } from "../store/resource-version.ts";

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
	const before = (await instanceVersions(tx, version.type, version.id)).find((one) => one.lastUpdated <= moment);
	if (before === undefined || before.method === "DELETE") return undefined;
	return since !== undefined && before.lastUpdated <= since ? undefined : before;
}
