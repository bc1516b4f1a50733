import type { PlannedEntry } from "../../fhir/bundle.ts";
import type { Interaction } from "./interaction.ts";
import { findInteraction } from "./interactions.ts";
import { readParameters } from "./parameters.ts";
import { patchInEntry } from "./patch-body.ts";
import type { FhirRequest } from "./request.ts";

/**
 * An entry of a batch or transaction as a request of its own; preferences are those of the whole.
 *
 * @throws Failure not-found | method-not-allowed | invalid
 */
export function entryRequest(
	entry: PlannedEntry,
	whole: FhirRequest,
	inTransaction: boolean,
): { interaction: Interaction; request: FhirRequest } {
	const [path = "", ...query] = entry.url.split("?");
	const { interaction, target } = findInteraction(entry.method, path);
	const request: FhirRequest = {
		method: entry.method,
		target,
		parameters: readParameters(query.join("?")),
		resource: entry.method === "PATCH" ? undefined : entry.resource,
		patch: entry.method === "PATCH" ? patchInEntry(entry.resource) : undefined,
		conditions: {
			ifMatch: entry.ifMatch,
			ifNoneMatch: entry.ifNoneMatch,
			ifModifiedSince: entry.ifModifiedSince,
		},
		ifNoneExist: entry.ifNoneExist,
		preferences: whole.preferences,
		base: whole.base,
		inTransaction: inTransaction ? { fullUrl: entry.fullUrl } : undefined,
	};
	return { interaction, request };
}
