import { createHash } from "node:crypto";

/**
 * Index terms of a stored resource: what token, reference and uri parameters find, in one array per resource (`fhir.resource.terms`,
 * GIN). Parts are separated by a space, which none of parameter name, system and reference contains. Codes are lower case: R4 says to
 * match without case where the code system does not say (search 2.1.3.10).
 *
 * - `code http://loinc.org 8867-4`, `code * 8867-4` (any system), `code http://loinc.org` (any code), `code  8867-4` (no system)
 * - `subject Patient/12`, `url http://…`
 * - `code ?` the element has a value
 */
export function tokenTerm(parameter: string, system: string | null, code: string | undefined): string {
	return short(
		code === undefined ? `${parameter} ${system ?? ""}` : `${parameter} ${system ?? ""} ${code.toLowerCase()}`,
	);
}

/** The term of a code in whatever system. */
export function anySystemTerm(parameter: string, code: string): string {
	return short(`${parameter} * ${code.toLowerCase()}`);
}

/** The term of a reference or a uri, as written. */
export function textTerm(parameter: string, value: string): string {
	return short(`${parameter} ${value}`);
}

/** The term every resource has for a parameter that finds any value in it. */
export function presenceTerm(parameter: string): string {
	return `${parameter} ?`;
}

/** Keys of a GIN index must stay well below a third of a page: longer ones are known by their digest. */
function short(term: string): string {
	return term.length <= 500 ? term : `${term.slice(0, 60)} #${createHash("sha256").update(term).digest("hex")}`;
}
