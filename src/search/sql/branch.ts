import type { Mapping } from "../../mapping/define.ts";
import type { Sql } from "../../mapping/unit.ts";
import type { Condition } from "../condition.ts";
import type { Key } from "./keyset.ts";

/**
 * One source of matches: the rows of a table, those of its rows whose searched elements sit in the residue, or bodies stored whole.
 * Each gives its matches in the order asked for; the store merges them.
 */
export interface Branch {
	readonly kind: "native" | "overridden" | "whole";
	/** Mappings by bit in a hit's `parts`; empty for bodies. */
	readonly mappings: readonly Mapping[];
	/** Columns of a hit, besides its row, parts and keys. */
	readonly columns: Sql;
	readonly from: Sql;
	readonly where: Condition;
	readonly rowId: Sql;
	/** Which parts of a row that is found match: every present one of these, or as a bit mask says. */
	readonly parts: { readonly present: readonly boolean[] } | { readonly mask: Sql };
	/** Bit mask of the parts that match, without those whose residue says otherwise. */
	readonly counted: Sql;
	readonly keys: readonly Key[];
	/** Whether the branch may have a match: false only where it has none. Undefined where that is not cheaper to ask than the branch. */
	readonly any: Sql<boolean> | undefined;
	/**
	 * Which parts of some rows (an array of their ids) are not to be found by their columns, since a residue overrides what is searched;
	 * undefined where none can be.
	 */
	readonly moved?: ((rowIds: unknown) => Sql<MovedPart>) | undefined;
}

/** A part of a row that is found by its residue. */
export interface MovedPart {
	readonly row: number;
	readonly part: string;
}

/** Ids a search is limited to by `_id`, already located. */
export interface IdLimit {
	/** Row ids by mapping name. */
	readonly rows: ReadonlyMap<string, readonly number[]>;
	/** Keys of bodies in `fhir.resource`. */
	readonly wholes: readonly number[];
}
