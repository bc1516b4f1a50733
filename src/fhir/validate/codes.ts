import { isObject, type Json } from "../json.ts";

type Codes = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What is wrong with a concept or coding whose binding is required; undefined when nothing is. One of the codings shall be of the value set
 * (R4 terminologies 4.1.5); a concept with text only is let through.
 */
export function conceptProblem(type: "CodeableConcept" | "Coding", value: Json, codes: Codes): string | undefined {
	if (!isObject(value)) return undefined;
	const codings = type === "Coding" ? [value] : Array.isArray(value.coding) ? value.coding : [];
	if (codings.length === 0 || codings.some((coding) => isListed(coding, codes))) return undefined;
	const [first] = codings;
	const allowed = [...codes.values()].flatMap((listed) => [...listed]);
	return unknownCode(isObject(first as Json) ? (first as { code?: Json }).code : undefined, allowed);
}

/** The words for a code that is not among those allowed. */
export function unknownCode(code: Json | undefined, allowed: readonly string[]): string {
	const some = allowed.slice(0, 10).join(", ");
	const given = typeof code === "string" ? `"${code.slice(0, 64)}"` : "the code";
	return `${given} is not one of the codes that are allowed: ${some}${allowed.length > 10 ? `, … (${allowed.length})` : ""}`;
}

function isListed(coding: Json, codes: Codes): boolean {
	if (!isObject(coding)) return false;
	const { system, code } = coding;
	// A code absent for a reason (extension) is not a wrong one.
	if (typeof code !== "string") return code === undefined;
	return typeof system === "string" && codes.get(system)?.has(code) === true;
}
