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
	// Appended to, never joined: each joining would copy what is there, and large pages are copied once more when they are sent anyway.
	let text = `{"resourceType":"Bundle","type":"${bundle.type}"`;
	if (bundle.total !== undefined) text += `,"total":${bundle.total}`;
	if (bundle.links !== undefined) text += `,"link":${JSON.stringify(bundle.links)}`;
	// An empty array is not FHIR: a bundle without entries has no `entry`.
	let before = ',"entry":[{';
	for (const entry of bundle.entries) {
		text += before;
		text += membersOf(entry);
		before = "},{";
	}
	return bundle.entries.length === 0 ? `${text}}` : `${text}}]}`;
}

function membersOf({ fullUrl, resourceText, mode, request, response }: EntryText): string {
	let text = "";
	let comma = "";
	const add = (member: string): void => {
		text += comma + member;
		comma = ",";
	};
	if (fullUrl !== undefined) add(`"fullUrl":"${fullUrl}"`);
	if (resourceText !== undefined) add(`"resource":${resourceText}`);
	if (mode !== undefined) add(`"search":{"mode":"${mode}"}`);
	if (request !== undefined) add(`"request":${stringify(request)}`);
	if (response !== undefined) add(`"response":${stringify(response)}`);
	return text;
}
