import type { SearchParameter } from "../fhir/definitions/definitions.ts";

export type Prefix = "eq" | "ne" | "gt" | "lt" | "ge" | "le" | "sa" | "eb" | "ap";

/** One value a filter asks for, already parsed; which members are set depends on the parameter's type. */
export interface FilterValue {
	/** date, number, quantity. */
	readonly prefix?: Prefix;
	/** date: half-open range of instants. number, quantity: implicit-precision bounds, as decimals. */
	readonly lo?: string;
	readonly hi?: string;
	/** number, quantity: the value as written. string, uri, id: the text. */
	readonly text?: string;
	/** token, quantity: `undefined` any system, `null` explicitly none. */
	readonly system?: string | null;
	/** token, quantity: `undefined` any code of the system. */
	readonly code?: string;
	/** reference. */
	readonly references?: readonly string[];
}

/** One parameter of a search: all filters must hold; in one, any value. */
export interface Filter {
	readonly parameter: SearchParameter;
	readonly modifier?: "exact" | "contains" | "not" | "missing" | "identifier";
	readonly values: readonly FilterValue[];
	/** For `:missing`. */
	readonly missing?: boolean;
}

/** A chained parameter: what the reference leads to must be found by one of the searches, which are of different types. */
export interface Chain {
	readonly parameter: SearchParameter;
	readonly searches: readonly SearchQuery[];
}

/** A reverse chain (`_has`): something the search finds must refer to it by the parameter. */
export interface ReverseChain {
	readonly parameter: SearchParameter;
	readonly search: SearchQuery;
}

export interface SortKey {
	readonly parameter: SearchParameter;
	readonly descending: boolean;
}

/** `_include` or `_revinclude`. */
export interface Include {
	/** Type the reference is in. */
	readonly source: string;
	readonly parameter: SearchParameter;
	readonly target?: string;
}

/** Where the next page starts: after the resource with these sort keys, in this branch, row and part. */
export interface Cursor {
	readonly keys: readonly (string | null)[];
	readonly branch: number;
	readonly row: number;
	readonly part: number;
}

/** Any of these sets of filters must hold. */
export type Limits = readonly (readonly Filter[])[];

/** A parsed search. */
export interface SearchQuery {
	/** Undefined: all types. */
	readonly type: string | undefined;
	/** For a search over all types: only these (`_type`); empty: all. */
	readonly types: readonly string[];
	readonly filters: readonly Filter[];
	/** Hold besides the filters. */
	readonly chains: readonly Chain[];
	readonly reverseChains: readonly ReverseChain[];
	readonly sort: readonly SortKey[];
	/** Matches on a page; 0: only the total. */
	readonly count: number;
	readonly cursor: Cursor | undefined;
	readonly total: boolean;
	readonly summary: "true" | "text" | "data" | "count" | "false" | undefined;
	readonly elements: readonly string[];
	readonly includes: readonly Include[];
	readonly revincludes: readonly Include[];
	/** By type: only what meets all filters of any of these sets. Types that are not named are not limited. */
	readonly limits?: ReadonlyMap<string, Limits>;
	/** Parameters in use, for the self link. */
	readonly applied: readonly (readonly [name: string, value: string])[];
}
