import { type Json, parseJson } from "../fhir/json.ts";

/**
 * What the native columns of a mapped resource cannot hold.
 *
 * - `extra`: the resource minus everything mapped, in the mapping's shape (see `absorb`).
 * - `exact`: per unit whose columns do not give back what came in, what they give (`was`) and what came in (`is`). On read, `is`
 *   holds as long as the columns still give `was`; otherwise somebody edited the row and the native value wins. `fixed`: nobody can,
 *   so that there is nothing to compare with and all such residues are alike.
 */
export interface Residue {
	readonly extra?: Json;
	readonly exact?: { readonly [path: string]: Exact };
}

/** What came in for one unit, and when it holds. */
export interface Exact {
	readonly was?: Json;
	readonly is?: Json;
	readonly fixed?: true;
}

export const noResidue: Residue = {};

export function isEmptyResidue(residue: Residue): boolean {
	return residue.extra === undefined && residue.exact === undefined;
}

/** The stored text of a residue; null when there is nothing to keep. */
export function residueText(residue: Residue): string | null {
	return isEmptyResidue(residue) ? null : JSON.stringify(residue);
}

/** The residue a stored text holds. */
export function parseResidue(text: string | null | undefined): Residue {
	return text ? (parseJson(text) as Residue) : noResidue;
}

/** A primitive and its `_` sibling are one value. */
export interface Primitive {
	readonly $value?: Json;
	readonly $element: Json;
}

export function isPrimitivePair(value: Json | undefined): value is Primitive & { [name: string]: Json | undefined } {
	return value !== null && typeof value === "object" && !Array.isArray(value) && "$element" in value;
}
