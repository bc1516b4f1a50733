import type { JsonObject } from "../../fhir/json.ts";
import type { ParameterList } from "./parameters.ts";
import type { FhirRequest, Patch } from "./request.ts";

/** Which resources a conditional interaction means (R4 http 3.1.0.8.1): a search of one type. */
export interface Criteria {
	readonly type: string;
	readonly parameters: ParameterList;
}

/** One write as a client asked for it, valid in itself, conditions and references not resolved yet. */
export type WriteIntent =
	| {
			readonly kind: "create";
			readonly resource: JsonObject;
			/** How other entries of the same transaction refer to this resource. */
			readonly fullUrl: string | undefined;
			/** If-None-Exist. */
			readonly unless: Criteria | undefined;
	  }
	| {
			readonly kind: "update";
			readonly type: string;
			/** Undefined: the one that `where` finds. */
			readonly id: string | undefined;
			readonly where: Criteria | undefined;
			readonly resource: JsonObject;
			readonly fullUrl: string | undefined;
			readonly ifMatch: string | undefined;
			/** If-None-Match: * - only when there is no such resource yet. */
			readonly onlyNew: boolean;
	  }
	| {
			readonly kind: "delete";
			readonly type: string;
			readonly id: string | undefined;
			readonly where: Criteria | undefined;
			readonly ifMatch: string | undefined;
	  };

/** A change of what is there, of which the outcome is not known yet (`patched` makes it an update). */
export interface PatchIntent {
	readonly kind: "patch";
	readonly type: string;
	/** Undefined: the one that `where` finds. */
	readonly id: string | undefined;
	readonly where: Criteria | undefined;
	readonly patch: Patch;
	readonly ifMatch: string | undefined;
	readonly inTransaction: FhirRequest["inTransaction"];
}

/** What a client can ask to be written. */
export type AskedWrite = WriteIntent | PatchIntent;
