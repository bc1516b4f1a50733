import { type ParameterList, writeParameters } from "./parameters.ts";

/** One `Bundle.link`. */
export interface PageLink {
	readonly relation: "self" | "first" | "next";
	readonly url: string;
}

/**
 * The links of a page, all to be followed by GET (R4 http 3.1.0.2.10, search 3.1.1.2): self names what was really used; next carries
 * an opaque cursor and is absent on the last page.
 *
 * @param url - address of the search or history, without parameters
 * @param used - the parameters used, `_count` among them when it was given, without `_cursor`
 */
export function pageLinks(
	url: string,
	used: ParameterList,
	cursors: { readonly current: string | undefined; readonly next: string | undefined },
): readonly PageLink[] {
	const first = used.length === 0 ? url : `${url}?${writeParameters(used)}`;
	const at = (cursor: string | undefined): string =>
		cursor === undefined ? first : `${first}${used.length === 0 ? "?" : "&"}${writeParameters([["_cursor", cursor]])}`;
	return [
		{ relation: "self", url: at(cursors.current) },
		{ relation: "first", url: first },
		...(cursors.next === undefined ? [] : [{ relation: "next", url: at(cursors.next) } as const]),
	];
}
