/** An element in r4-types.json; choice elements are named with `[x]`. Left out: min 0, max "1", false. */
export interface CompactElement {
	readonly types: readonly string[];
	readonly min?: number;
	readonly max?: string;
	readonly summary?: boolean;
	readonly modifier?: boolean;
	/** URL of the value set of a required binding, without version. */
	readonly valueSet?: string;
}

/** A type in r4-types.json: a resource, a data type, or a backbone under its path (`Patient.contact`). */
export interface CompactType {
	readonly kind: "resource" | "abstract" | "complex" | "backbone";
	readonly elements: Record<string, CompactElement>;
}

/** A search parameter of one type in r4-search-parameters.json; without an expression it is one this server cannot index. */
export interface CompactParameter {
	readonly code: string;
	readonly type: string;
	/** The last part of `http://hl7.org/fhir/SearchParameter/…`. */
	readonly id: string;
	readonly target?: readonly string[];
	/** The parts of the official expression that concern this type. */
	readonly expression?: string;
}

/** Codes by system in r4-codes.json, by URL of the value set. */
export type CompactCodes = Record<string, Record<string, readonly string[]>>;
