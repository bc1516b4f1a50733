import { allowed } from "../access/app-limits.ts";
import type { Transaction } from "../store/database.ts";
import { type Period, vanished } from "../store/exports/vanished.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import type { ExportScope } from "./export-scope.ts";
import { seenNow } from "./read-export.ts";

/**
 * What was in the scope of an export at the begin of a period and is deleted since, each resource once. An app hears of deletions only of
 * types it was granted as a whole: a deletion does not say whether it met a condition.
 */
export async function* deletions(
	tx: Transaction,
	{ own, records }: ExportScope,
	base: string,
	period: Period,
	withParts: boolean,
): AsyncGenerator<ResourceVersion[]> {
	for (const type of own) {
		if (allowed(tx.caller, type, "s") !== "everything") continue;
		const told = new Set<string>();
		for await (const versions of vanished(tx, type, period, withParts)) {
			const isOfThese = (one: ResourceVersion) =>
				records === undefined || ((one.owner !== null || one.text !== "") && records.includes(one));
			const some = versions.filter((one) => !told.has(one.id) && isOfThese(one));
			if (some.length === 0) continue;
			const ids = some.map(({ id }) => id);
			const seen = await seenNow(tx, type, ids, base);
			const gone = [...new Map(some.map((one) => [one.id, one])).values()].filter(({ id }) => !seen.has(id));
			for (const { id } of gone) told.add(id);
			if (gone.length > 0) yield gone;
		}
	}
}
