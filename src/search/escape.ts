import { Failure } from "../fhir/failure.ts";

/** Splits at a separator that is not escaped; the parts keep their escapes (R4 search 2.1.3.13). */
export function splitEscaped(text: string, separator: "," | "|" | "$"): string[] {
	const parts: string[] = [];
	let start = 0;
	for (let at = 0; at < text.length; at++) {
		if (text[at] === "\\") at++;
		else if (text[at] === separator) {
			parts.push(text.slice(start, at));
			start = at + 1;
		}
	}
	parts.push(text.slice(start));
	return parts;
}

/** Resolves `\,` `\|` `\$` `\\`; a backslash before anything else is an error that names the parameter. */
export function unescaped(text: string, name: string): string {
	if (!text.includes("\\")) return text;
	return text.replace(/\\(.?)/gs, (_all, next: string) => {
		if (next !== "" && ",|$\\".includes(next)) return next;
		throw new Failure("invalid", `${name}: a backslash may only stand before a comma, bar, dollar sign or backslash`);
	});
}
