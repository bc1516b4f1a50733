import { Failure } from "../../fhir/failure.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";

/** Conditions on the version of one resource (R4 http 3.1.0.1.4, 3.1.0.5): raw header values, undefined when absent. */
export interface VersionConditions {
	readonly ifMatch: string | undefined;
	readonly ifNoneMatch: string | undefined;
	readonly ifModifiedSince: string | undefined;
}

/** The ETag of a version: weak, its value is meta.versionId. */
export function etagOf(version: { readonly versionId: string }): string {
	return `W/"${version.versionId}"`;
}

/** What was written last: rows that came together have one time. */
let lastDate = { second: "", text: "" };

/** An instant as an HTTP-date, for Last-Modified. */
export function httpDate(instant: string): string {
	if (instant.slice(0, 19) !== lastDate.second) {
		lastDate = { second: instant.slice(0, 19), text: new Date(instant).toUTCString() };
	}
	return lastDate.text;
}

/**
 * The version an If-Match insists on, undefined when there is none.
 *
 * @throws Failure invalid - not exactly one entity tag
 */
export function versionFromIfMatch(header: string | undefined): string | undefined {
	if (header === undefined) return undefined;
	const versions = tagsIn(header);
	if (versions.length === 1 && versions[0] !== undefined && versions[0] !== "*") return versions[0];
	throw new Failure("invalid", 'If-Match must be one version, such as W/"3"');
}

/** Whether the client already has this version: If-None-Match decides; If-Modified-Since only where that is absent. */
export function isUnmodified(version: ResourceVersion, conditions: VersionConditions): boolean {
	if (conditions.ifNoneMatch !== undefined) {
		return tagsIn(conditions.ifNoneMatch).some((tag) => tag === "*" || tag === version.versionId);
	}
	if (conditions.ifModifiedSince === undefined) return false;
	const since = Date.parse(conditions.ifModifiedSince);
	// HTTP dates have whole seconds: the version's milliseconds must not make it look newer than itself.
	return !Number.isNaN(since) && Math.floor(Date.parse(version.lastUpdated) / 1000) * 1000 <= since;
}

/** The version ids of a list of entity tags; `*` for any; quotes and the weakness mark may be missing. */
function tagsIn(header: string): string[] {
	return header
		.split(",")
		.map((tag) =>
			tag
				.trim()
				.replace(/^W\//i, "")
				.replace(/^"(.*)"$/, "$1"),
		)
		.filter((tag) => tag !== "");
}
