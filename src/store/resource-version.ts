import type { JsonObject } from "../fhir/json.ts";

/** One version of a resource as it leaves the store. */
export interface ResourceVersion {
	readonly type: string;
	readonly id: string;
	/** meta.versionId; the ETag is `W/"<versionId>"`. */
	readonly versionId: string;
	/** meta.lastUpdated, an instant in UTC with milliseconds. */
	readonly lastUpdated: string;
	/** How this version came to be, for history entries. */
	readonly method: "POST" | "PUT" | "DELETE";
	/** The whole resource as JSON text, id and meta included; empty for a deletion. */
	readonly text: string;
	/** users.id of the patient the resource is about, null when it is about nobody. */
	readonly owner: number | null;
	/** Its text was not read, as it is beyond what a page can bring (store/page-bytes.ts): it begins the next one. */
	readonly isCut?: boolean;
}

/** A write the store is asked for. `id` of a create is one that `planCreates` gave out. */
export type Change =
	| { readonly kind: "create"; readonly plan: PlannedCreate; readonly resource: JsonObject }
	| {
			readonly kind: "update";
			readonly type: string;
			readonly id: string;
			readonly resource: JsonObject;
			/** Version the caller insists on (If-Match). */
			readonly ifMatch?: string;
	  }
	| { readonly kind: "delete"; readonly type: string; readonly id: string; readonly ifMatch?: string };

/** An id given out for a resource that is about to be created. Opaque apart from `type` and `id`. */
export interface PlannedCreate {
	readonly type: string;
	readonly id: string;
	/** Native row the resource will become, undefined when it is stored whole. */
	readonly row?: { readonly mapping: string; readonly id: number };
}

/** What became of a change. `version` is undefined for the delete of something that was not there. */
export interface ChangeResult {
	readonly outcome: "created" | "updated" | "deleted" | "absent";
	readonly version: ResourceVersion | undefined;
	/** What it was that was changed or deleted, and about whom; undefined where there was nothing. */
	readonly was: Pick<ResourceVersion, "type" | "id" | "owner"> | undefined;
}

/** A page of a search: matches in order, then what `_include` and `_revinclude` add to these matches. */
export interface SearchPage {
	readonly matches: readonly ResourceVersion[];
	readonly included: readonly ResourceVersion[];
	/** Whether they would add more than a page may bring. */
	readonly incomplete: boolean;
	/** Opaque; `undefined` on the last page. */
	readonly nextCursor: string | undefined;
	/** Number of all matches, when asked for (`_total=accurate`, `_summary=count`, `_count=0`). */
	readonly total: number | undefined;
}

/** A page of history, newest first. */
export interface HistoryPage {
	readonly versions: readonly ResourceVersion[];
	readonly nextCursor: string | undefined;
	readonly total: number | undefined;
}
