import type { Json } from "../../fhir/json.ts";
import { hasAll } from "../tree.ts";
import type { SearchValue, Unit } from "../unit.ts";

/**
 * An element that is always the same. `among`: as a required unit, also these are taken (the residue keeps which);
 * a `match` must be found in the element (deep subset) for the mapping to take the resource.
 */
export function constant(value: Json, options: { among?: readonly Json[]; match?: readonly Json[] } = {}): Unit<never> {
	return {
		unit: "constant",
		columns: [],
		constant: value,
		read: () => value,
		write: (element) => {
			if (options.match) return options.match.some((wanted) => hasAll(element, wanted)) ? noCells : undefined;
			if (options.among) return options.among.some((one) => one === element) ? noCells : undefined;
			return noCells;
		},
		values: () => tokensOf(value),
		describe: () => `always ${shortly(value)}`,
	};
}

const noCells = Object.freeze({});

/** Codes of a constant: a code, a Coding, a CodeableConcept, or a list of them. */
function tokensOf(value: Json): SearchValue[] {
	if (typeof value === "string") return [{ kind: "token", code: value }];
	if (Array.isArray(value)) return value.flatMap(tokensOf);
	if (value === null || typeof value !== "object") return [];
	const { coding, system, code } = value as { coding?: Json; system?: Json; code?: Json };
	if (Array.isArray(coding)) return coding.flatMap(tokensOf);
	if (typeof code !== "string") return [];
	return [{ kind: "token", code, ...(typeof system === "string" ? { system } : {}) }];
}

function shortly(value: Json): string {
	if (typeof value !== "object" || value === null) return `\`${String(value)}\``;
	const codes = tokensOf(value).map((token) => (token.kind === "token" ? `\`${token.code as string}\`` : ""));
	return codes.length > 0 ? codes.join(", ") : "the same";
}
