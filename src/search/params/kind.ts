import type { SearchParameter } from "../../fhir/definitions/definitions.ts";
import type { Json } from "../../fhir/json.ts";
import type { SearchValue, Sql } from "../../mapping/unit.ts";
import type { Condition } from "../condition.ts";
import type { Filter, FilterValue } from "../query.ts";

/** What a stored resource is found by: the index columns of `fhir.resource`. */
export interface IndexEntries {
	readonly terms: Set<string>;
	readonly strings: { param: string; norm: string; exact: string }[];
	readonly dates: { param: string; lo: string; hi: string }[];
	readonly numbers: {
		param: string;
		lo: string;
		hi: string;
		value: string | null;
		system: string | null;
		code: string | null;
		unit: string | null;
	}[];
}

/** What parsing a value needs to know. */
export interface ParseContext {
	/** The FHIR base, so that absolute references to us are known as ours. */
	readonly base: string;
	/** The parameter as the client wrote it, for errors. */
	readonly name: string;
	readonly modifier: Filter["modifier"];
}

/** One search parameter type: how its values are parsed, indexed and compared. One file each. */
export interface ParameterKind {
	readonly modifiers: readonly NonNullable<Filter["modifier"]>[];
	/** Throws Failure `invalid` for a value of the wrong form. */
	parse(text: string, parameter: SearchParameter, context: ParseContext): FilterValue;
	/** Adds what `value` (of the FHIR data type `type`) is found by. */
	index(parameter: string, value: Json, type: string, into: IndexEntries): void;
	/** The condition on a stored resource `x`. */
	stored(filter: Filter): Condition;
	/**
	 * The same of a resource no statement looks at, for one of the filter's values (`:not` and `:missing` aside): whether it is among what
	 * the parameter finds there. `now`: milliseconds since 1970.
	 */
	finds(value: FilterValue, filter: Filter, found: IndexEntries, now: number): boolean;
	/** The condition on what a native row yields. */
	native(filter: Filter, values: readonly SearchValue[]): Condition;
	/** Sort key of a stored resource `x`; of several values the first in the sort direction. */
	storedKey(parameter: string, descending: boolean): Sql;
	/** Sort key of what a native row yields. */
	nativeKey(value: SearchValue): Sql;
}
