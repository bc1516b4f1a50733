import { isResourceType } from "./definitions/definitions.ts";

/** What the text of a Reference.reference means (R4 references 2.3.0.1). */
export type ParsedReference =
	/** A resource of this server: `Patient/1`, `Patient/1/_history/2`, or the same under its base. */
	| {
			readonly kind: "local";
			readonly type: string;
			readonly id: string;
			readonly versionId?: string;
			readonly absolute: boolean;
	  }
	/** A URL elsewhere; `type` and `id` where it looks like a RESTful one. */
	| { readonly kind: "foreign"; readonly url: string; readonly type?: string; readonly id?: string }
	/** `urn:uuid:…`, `urn:oid:…`; what follows is not looked at, nothing here can be behind it. */
	| { readonly kind: "urn"; readonly urn: string }
	/** `#x`: contained; an empty id is the container itself. */
	| { readonly kind: "fragment"; readonly id: string }
	/** `Type?query`, in transactions only (R4 http 3.1.0.11.2). */
	| { readonly kind: "conditional"; readonly type: string; readonly query: string };

const idForm = /^[A-Za-z0-9\-.]{1,64}$/;
const relativeForm = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;
const restfulForm = /\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** Whether a text may be the id of a resource (R4 datatypes, `id`). */
export function isId(text: string): boolean {
	return idForm.test(text);
}

/**
 * Reads the text of a Reference.reference.
 *
 * @param base - this server's `[base]` without a trailing slash; absolute references under it are local
 * @returns undefined when it is none of the forms R4 knows, or names a type R4 does not have
 */
export function parseReference(text: string, base?: string): ParsedReference | undefined {
	if (text.startsWith("#"))
		return text.length === 1 || isId(text.slice(1)) ? { kind: "fragment", id: text.slice(1) } : undefined;
	if (text.startsWith("urn:")) {
		return /^urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:\S+$/.test(text) ? { kind: "urn", urn: text } : undefined;
	}
	if (base !== undefined && text.startsWith(`${base}/`)) return local(text.slice(base.length + 1), true);
	if (/^[a-z][a-z0-9+.-]*:\S+$/i.test(text)) return foreign(text);
	const query = /^([A-Z][A-Za-z]+)\?(\S.*)$/.exec(text);
	if (query !== null) {
		const [, type = "", rest = ""] = query;
		return isResourceType(type) ? { kind: "conditional", type, query: rest } : undefined;
	}
	return local(text, false);
}

function local(text: string, absolute: boolean): ParsedReference | undefined {
	const found = relativeForm.exec(text);
	if (found === null) return undefined;
	const [, type = "", id = "", versionId] = found;
	if (!isResourceType(type)) return undefined;
	return { kind: "local", type, id, ...(versionId === undefined ? {} : { versionId }), absolute };
}

function foreign(url: string): ParsedReference {
	const [, type, id] = restfulForm.exec(url) ?? [];
	return type !== undefined && id !== undefined && isResourceType(type)
		? { kind: "foreign", url, type, id }
		: { kind: "foreign", url };
}
