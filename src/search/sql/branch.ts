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
	/** Columns of a hit, besides `row`, `parts` and `keys`. */
	readonly columns: Sql;
	readonly from: Sql;
	readonly where: Condition;
	readonly rowId: Sql;
	/** Bit mask of the parts of a row that match. */
	readonly parts: Sql;
	readonly keys: readonly Key[];
}

/** Ids a search is limited to by `_id`, already located. */
export interface IdLimit {
	/** Row ids by mapping name. */
	readonly rows: ReadonlyMap<string, readonly number[]>;
	/** Keys of bodies in `fhir.resource`. */
	readonly wholes: readonly number[];
}
