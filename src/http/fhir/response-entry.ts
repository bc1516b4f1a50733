import { STATUS_CODES } from "node:http";
import type { Failure } from "../../fhir/failure.ts";
import type { JsonObject } from "../../fhir/json.ts";
import { outcomeOf, statusOf } from "../../fhir/outcome.ts";
import type { EntryText } from "./bundle-response.ts";
import { etagOf } from "./etags.ts";
import { type InteractionResult, locationOf } from "./request.ts";

/** The entry of a batch-response or transaction-response for what became of one request (R4 http 3.1.0.11.3). */
export function responseEntry(result: InteractionResult, base: string): EntryText {
	const { version } = result;
	const response: JsonObject = { status: statusText(result.status) };
	if (version !== undefined) {
		if (version.method !== "DELETE") response.location = locationOf(base, version);
		response.etag = etagOf(version);
		response.lastModified = version.lastUpdated;
	}
	return { resourceText: result.text, response };
}

/** The entry of a batch-response for a request that failed. */
export function failureEntry(failure: Failure): EntryText {
	return { response: { status: statusText(statusOf(failure)), outcome: outcomeOf(failure) } };
}

function statusText(status: number): string {
	return `${status} ${STATUS_CODES[status] ?? ""}`.trim();
}
