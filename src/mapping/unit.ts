import type { RawBuilder } from "kysely";
import type { Json, JsonObject } from "../fhir/json.ts";

/** What a column holds, as the store hands it over: dates and instants are ISO strings. */
export type Cell = string | number | boolean | null;

/** One native row by property name; `$subject` (FHIR id of the person's Patient) and, of events, `$zone` (the person's) are added by the store. */
export type Row = Readonly<Record<string, Cell | undefined>>;

/** New values for some columns of a row. */
export type Cells = Record<string, Cell>;

/** A piece of SQL over the columns of the row `t`. */
export type Sql<T = unknown> = RawBuilder<T>;

/** Gives the SQL of a property's column. */
export type ColumnSql = (property: string) => Sql;

/** What writing needs to know from outside the resource. */
export interface WriteContext {
	/** users.id behind a relative reference (`Patient/12`, `Practitioner/user-5`); undefined when it is not one of ours or not visible. */
	resolve(reference: string): number | undefined;
}

/**
 * A value a search can meet, as SQL over the row; the counterpart of what `search/extract` yields from a stored body.
 * `code` may be a constant, so that conditions fold before any SQL is made.
 */
export type SearchValue =
	| {
			readonly kind: "token";
			readonly system?: string;
			readonly code: string | Sql<string | null>;
			/** Whether the code is this one, where that is said in a way an index can serve. */
			readonly is?: (code: string) => Sql<boolean>;
	  }
	/** `separator`: the text holds several strings. */
	| { readonly kind: "string"; readonly text: Sql<string | null>; readonly separator?: string }
	/** A half-open range of instants. */
	| { readonly kind: "date"; readonly lo: Sql; readonly hi: Sql; readonly column?: Sql }
	| {
			readonly kind: "quantity";
			readonly value: Sql;
			readonly system: string;
			readonly code: string;
			readonly unit: string;
	  }
	/** A reference to a type, as the id behind it; `user` instead of `id` for a Patient that stands for a users row. */
	| {
			readonly kind: "reference";
			readonly type: string;
			readonly id?: Sql;
			readonly user?: Sql;
			/** Where there may be several: all of them, as an array of `Type/id` texts; `id` is the first. */
			readonly all?: Sql;
			/** Whether the id is one of these, where that is said in a way an index can serve. */
			readonly isOneOf?: (ids: readonly string[]) => Sql<boolean>;
	  }
	| { readonly kind: "uri"; readonly uri: string };

/**
 * The smallest piece of a mapping: some columns on one side, one element on the other.
 * Laws: `read(write(read(row)))` equals `read(row)`; `write` never throws.
 */
export interface Unit<Column extends string = string> {
	readonly unit: string;
	readonly columns: readonly Column[];
	/** The element the columns give; undefined when they give none. */
	read(row: Row): Json | undefined;
	/** Its JSON text, where that is made more easily than the element. */
	text?(row: Row): string | undefined;
	/**
	 * The cells an element becomes. An absent element empties them. Undefined: the columns cannot hold this element
	 * (they are emptied and the residue keeps it, or, where the unit is required, the mapping does not take the resource).
	 * `parent` is the object the element stands in.
	 */
	write(element: Json | undefined, context: WriteContext, parent: JsonObject | undefined): Cells | undefined;
	/** What a search finds here. */
	values(column: ColumnSql): readonly SearchValue[];
	/** For the generated documentation: what this unit does, in a few words. */
	describe(): string;
	/** The element, where it is the same whatever the row. */
	readonly constant?: Json;
	/** Shows even where all its columns are empty; others only beside something that is filled. */
	readonly always?: boolean;
	/** Its columns never change once the row is there. */
	readonly fixed?: boolean;
	/** The mapping takes a resource only when this unit can hold its element. */
	readonly required?: boolean;
}

/** The same unit, without which the mapping does not take a resource. */
export function required<C extends string>(unit: Unit<C>): Unit<C> {
	return { ...unit, required: true };
}

/** The same unit, shown but never written from outside: its columns are not the resource's to change. */
export function readOnly<C extends string>(unit: Unit<C>): Unit<C> {
	return { ...unit, write: () => ({}), describe: () => `${unit.describe()}, not written` };
}

/** The same unit over columns that nobody ever changes: what was sent stands, and need not be compared with what they gave. */
export function fixed<C extends string>(unit: Unit<C>): Unit<C> {
	return { ...unit, fixed: true };
}

/** Empties columns. */
export function empty(columns: readonly string[]): Cells {
	return Object.fromEntries(columns.map((column) => [column, null]));
}
