import { Failure } from "../../fhir/failure.ts";

/** A version as a weak entity tag (RFC 9110 section 8.8.3). */
export function etag(version: unknown): string {
	return `W/"${version}"`;
}

/** @throws Failure precondition-failed when If-Match names other versions than this; `*` and no header name any */
export function checkIfMatch(header: string | undefined, version: unknown): void {
	if (header === undefined || names(header, version)) return;
	throw new Failure("precondition-failed", `The row has version ${version} now; read it again and repeat the change`);
}

/** Whether If-None-Match names this version, so that the client has it already. */
export function isKnown(header: string | undefined, version: unknown): boolean {
	return header !== undefined && names(header, version);
}

function names(header: string, version: unknown): boolean {
	const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
	return tags.includes("*") || tags.includes(`"${version}"`);
}
