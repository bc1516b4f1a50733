import type { JsonObject } from "../../fhir/json.ts";
import { stringify } from "../../fhir/json.ts";
import type { PageLink } from "./page-links.ts";

/** An entry of a Bundle that is sent; `resourceText` is JSON text already and is not parsed again. */
export interface EntryText {
	readonly fullUrl?: string;
	readonly resourceText?: string | undefined;
	readonly search?: JsonObject;
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

function entryText({ fullUrl, resourceText, search, request, response }: EntryText): string {
	const members: string[] = [];
	if (fullUrl !== undefined) members.push(`"fullUrl":${JSON.stringify(fullUrl)}`);
	if (resourceText !== undefined) members.push(`"resource":${resourceText}`);
	for (const [name, value] of Object.entries({ search, request, response })) {
		if (value !== undefined) members.push(`"${name}":${stringify(value)}`);
	}
	return `{${members.join(",")}}`;
}
