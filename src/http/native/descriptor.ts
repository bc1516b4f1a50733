import type { Entity } from "../../tables/all.ts";

/**
 * All that the native routes need to know about a table beyond its columns and who may do what with it (access/rights.ts). Plain data; one
 * file per table in collections/.
 */
export interface Collection {
	/** Below /api, e.g. `vitals`. */
	readonly path: string;
	readonly entity: Entity;
	/** One row in words, e.g. "vitals sample"; in the document its shape is `VitalsSample`. */
	readonly one: string;
	/** Several rows in words. */
	readonly many: string;
	/** The time `from` and `to` ask about, and the default order (newest first). Without one: by id. */
	readonly mainTime?: string;
	/** Columns never shown nor taken. */
	readonly hidden?: readonly string[];
	/** Rows are added by a route of its own (routes/). */
	readonly addedElsewhere?: true;
	/** Named extra steps (derive.ts): rows are profiles of patients, accounts, events of calendars, or device connections. */
	readonly derive?: "patient" | "account" | "event" | "device";
	/** Something a row shows changes without a new version: no answer says that a client has it already. */
	readonly movesUnversioned?: true;
	/** PUT, PATCH and DELETE of a row mean more than the row, and are in routes/. */
	readonly changedElsewhere?: true;
}
