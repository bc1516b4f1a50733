import type { Entity } from "../../tables/all.ts";

/** What may be done with a collection's rows. Whose rows exist for a caller is the database's business (row-level security). */
export type Operation = "read" | "create" | "update" | "delete";

/** The roles of people, as in `users.role`. */
export type PersonRole = "patient" | "therapist" | "admin";

/** All that the native routes need to know about a table beyond its columns. Plain data; one file per table in collections/. */
export interface Collection {
	/** Below /api, e.g. `vitals`. */
	readonly path: string;
	readonly entity: Entity;
	/** One row in words, e.g. "vitals sample"; in the document its shape is `VitalsSample`. */
	readonly one: string;
	/** Several rows in words. */
	readonly many: string;
	/** What each role may do; not listed is 403. */
	readonly rights: Readonly<Record<PersonRole, readonly Operation[]>>;
	/** The time `from` and `to` ask about, and the default order (newest first). Without one: by id. */
	readonly mainTime?: string;
	/** Columns never shown nor taken. */
	readonly hidden?: readonly string[];
	/** Columns computed or set by the server: shown, and accepted only as they are. `id`, `createdAt` and `updatedAt` always are. */
	readonly readOnly?: readonly string[];
	/** Columns a role may see but not set. */
	readonly readOnlyFor?: Partial<Readonly<Record<PersonRole, readonly string[]>>>;
	/** Columns set when the row is made and never changed; `userId` always is. */
	readonly fixed?: readonly string[];
	/** Rows are accounts: people but admins change only their own. */
	readonly accounts?: true;
	/** Named extra steps (derive.ts). */
	readonly derive?: "patient" | "account" | "event";
	/** PUT, PATCH and DELETE of a row mean more than the row, and are in routes/. */
	readonly changedElsewhere?: true;
}

export const everything: readonly Operation[] = ["read", "create", "update", "delete"];
export const readOnly: readonly Operation[] = ["read"];
