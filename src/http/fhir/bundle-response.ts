import type { JsonObject } from "../../fhir/json.ts";
import { stringify } from "../../fhir/json.ts";
import type { PageLink } from "./page-links.ts";

/** An entry of a Bundle that is sent; `resourceText` is JSON text already and is not parsed again. */
export interface EntryText {
	/** An address of ours: there is nothing in it that JSON would have to escape. */
	readonly fullUrl?: string;
	readonly resourceText?: string | undefined;
	/** Why it is in a searchset. */
	readonly mode?: "match" | "include" | "outcome";
	readonly request?: JsonObject;
	readonly response?: JsonObject;
}

/**
 * The JSON text of a Bundle, put together from the texts of its resources: large pages cost no parsing and keep every decimal
 * as it was written.
 */
export function bundleText(bundle: {
	readonly type: "searchset" | "history" | "batch-response" | "transaction-response";
	readonly total?: number | undefined;
	readonly links?: readonly PageLink[];
	readonly entries: readonly EntryText[];
}): string {
	const parts = [`{"resourceType":"Bundle","type":"${bundle.type}"`];
	if (bundle.total !== undefined) parts.push(`,"total":${bundle.total}`);
	if (bundle.links !== undefined) parts.push(`,"link":${JSON.stringify(bundle.links)}`);
	// An empty array is not FHIR: a bundle without entries has no `entry`.
	let before = ',"entry":[{';
	for (const entry of bundle.entries) {
		parts.push(before);
		pushMembers(entry, parts);
		before = "},{";
	}
	parts.push(bundle.entries.length === 0 ? "}" : "}]}");
	// One copy of everything, and nothing is left to be put together while the answer waits for the access log.
	return parts.join("");
}

function pushMembers({ fullUrl, resourceText, mode, request, response }: EntryText, parts: string[]): void {
	let comma = "";
	if (fullUrl !== undefined) {
		parts.push('"fullUrl":"', fullUrl, '"');
		comma = ",";
	}
	if (resourceText !== undefined) {
		parts.push(comma, '"resource":', resourceText);
		comma = ",";
	}
	if (mode !== undefined) {
		parts.push(comma, modes[mode]);
		comma = ",";
	}
	if (request !== undefined) {
		parts.push(comma, '"request":', stringify(request));
		comma = ",";
	}
	if (response !== undefined) parts.push(comma, '"response":', stringify(response));
}

const modes = {
	match: '"search":{"mode":"match"}',
	include: '"search":{"mode":"include"}',
	outcome: '"search":{"mode":"outcome"}',
};
