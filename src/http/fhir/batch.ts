import type { Caller } from "../../access/caller.ts";
import type { PlannedEntry } from "../../fhir/bundle.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import { failureOf } from "../plugins/errors.ts";
import type { BundleOptions } from "./bundle.ts";
import type { EntryText } from "./bundle-response.ts";
import { entryRequest } from "./entry-request.ts";
import { perform } from "./perform.ts";
import type { FhirRequest } from "./request.ts";
import { failureEntry, responseEntry } from "./response-entry.ts";
import type { FhirServices } from "./services.ts";

/** A batch (R4 http 3.1.0.11.1): every entry alone, in a transaction of its own; the failure of one concerns no other. */
export async function batch(
	services: FhirServices,
	caller: Caller,
	whole: FhirRequest,
	entries: readonly PlannedEntry[],
	{ dryRun, onFault }: BundleOptions,
): Promise<{ entries: EntryText[]; touched: readonly ResourceVersion[] }> {
	const done: EntryText[] = [];
	const touched: ResourceVersion[] = [];
	for (const entry of entries) {
		try {
			if (entry.problem !== undefined) throw entry.problem;
			const { interaction, request } = entryRequest(entry, whole, false);
			const mode = { dryRun, returns: "minimal" } as const;
			const result = await perform(services.database, caller, interaction, request, mode);
			touched.push(...result.touched);
			done.push(responseEntry(result, whole.base));
		} catch (error) {
			const failure = failureOf(error);
			if (failure.kind === "fault") onFault(error);
			done.push(failureEntry(failure));
		}
	}
	return { entries: done, touched };
}
