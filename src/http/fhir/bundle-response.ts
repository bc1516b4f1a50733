import type { JsonObject } from "../../fhir/json.ts";
import { stringify } from "../../fhir/json.ts";
import type { PageLink } from "./page-links.ts";

/** An entry of a Bundle that is sent; `resourceText` is JSON text already and is not parsed again. */
export interface EntryText {
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
	const members = [`"resourceType":"Bundle","type":"${bundle.type}"`];
	if (bundle.total !== undefined) members.push(`"total":${bundle.total}`);
	if (bundle.links !== undefined) members.push(`"link":${JSON.stringify(bundle.links)}`);
	// An empty array is not FHIR: a bundle without entries has no `entry`.
	if (bundle.entries.length > 0) members.push(`"entry":[${bundle.entries.map(entryText).join(",")}]`);
	return `{${members.join(",")}}`;
}

function entryText({ fullUrl, resourceText, mode, request, response }: EntryText): string {
	let text = "";
	if (fullUrl !== undefined) text += `,"fullUrl":${JSON.stringify(fullUrl)}`;
	if (resourceText !== undefined) text += `,"resource":${resourceText}`;
	if (mode !== undefined) text += `,"search":{"mode":"${mode}"}`;
	if (request !== undefined) text += `,"request":${stringify(request)}`;
	if (response !== undefined) text += `,"response":${stringify(response)}`;
	return `{${text.slice(1)}}`;
}
