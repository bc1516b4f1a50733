import type { JsonObject } from "../../fhir/json.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import type { Touched } from "./access-record.ts";
import type { VersionConditions } from "./etags.ts";
import type { ParameterList } from "./parameters.ts";
import type { Preferences } from "./preferences.ts";

/** One FHIR interaction as asked for, by an HTTP request of its own or by an entry of a Bundle. */
export interface FhirRequest {
	readonly method: string;
	readonly target: Target;
	readonly parameters: ParameterList;
	/** The body; undefined where none was sent. */
	readonly resource: JsonObject | undefined;
	/** What a PATCH wants changed; undefined for every other method. */
	readonly patch: Patch | undefined;
	readonly conditions: VersionConditions;
	/** Search parameters without `?` (R4 http 3.1.0.8.1). */
	readonly ifNoneExist: string | undefined;
	readonly preferences: Preferences;
	/** `[base]`, without a trailing slash. */
	readonly base: string;
	/** Set for transaction entries: what other entries call this resource, and that conditional references are allowed. */
	readonly inTransaction: { readonly fullUrl: string | undefined } | undefined;
}

/** What a PATCH wants changed (R4 http 3.1.0.6): a resource in, the changed one out. */
export type Patch = (resource: JsonObject) => Promise<JsonObject>;

/** What a URL names; empty strings where its pattern has no such part. */
export interface Target {
	readonly type: string;
	readonly id: string;
	readonly versionId: string;
}

/** What became of an interaction. */
export interface InteractionResult {
	readonly status: 200 | 201 | 204 | 304;
	/** JSON text of the answer; undefined where there is none (204, 304). */
	readonly text: string | undefined;
	/** The one resource concerned, for ETag, Last-Modified and Location. */
	readonly version: ResourceVersion | undefined;
	/** Whether a Location is due: the resource was created, or found in place of being created. */
	readonly located: boolean;
	/** Everything of persons that the answer shows or the write touched, for the access log. */
	readonly touched: readonly Touched[];
}

/** Where a version can be read again: `[base]/Type/id/_history/v`. */
export function locationOf(base: string, version: ResourceVersion): string {
	return `${base}/${version.type}/${version.id}/_history/${version.versionId}`;
}
