import { Failure } from "../../fhir/failure.ts";

/** Query or form parameters in the order they were sent; a name may come more than once. */
export type ParameterList = readonly (readonly [name: string, value: string])[];

/**
 * Reads a query string or an `application/x-www-form-urlencoded` body. Parameters without a value are left out
 * (R4 search 3.1.1: an empty value is ignored).
 *
 * @throws Failure invalid - an escape that is not UTF-8, or a character that text cannot hold
 */
export function readParameters(text: string): ParameterList {
	if (text === "") return [];
	return text
		.split("&")
		.filter((pair) => pair !== "")
		.map((pair) => {
			const at = pair.indexOf("=");
			return at < 0
				? ([decode(pair), ""] as const)
				: ([decode(pair.slice(0, at)), decode(pair.slice(at + 1))] as const);
		})
		.filter(([, value]) => value !== "");
}

/** The value of a parameter that may be given once, undefined when it is absent. */
export function single(parameters: ParameterList, name: string): string | undefined {
	const values = parameters.filter(([given]) => given === name);
	if (values.length > 1) throw new Failure("invalid", `Parameter ${name} may be given only once`);
	return values[0]?.[1];
}

/** A query string (without `?`) that `readParameters` reads back; characters FHIR values are full of stay legible. */
export function writeParameters(parameters: ParameterList): string {
	return parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

function encode(text: string): string {
	if (/^[\w.~:,/$@-]*$/.test(text)) return text;
	return encodeURIComponent(text).replace(/%(3A|2C|2F|24|40)/g, (encoded) => decodeURIComponent(encoded));
}

function decode(text: string): string {
	if (/^[\w.~:,/$@-]*$/.test(text)) return text;
	let decoded: string;
	try {
		decoded = decodeURIComponent(text.replaceAll("+", " "));
	} catch {
		throw new Failure("invalid", "The query holds a percent escape that is not UTF-8");
	}
	if (decoded.includes("\0")) throw new Failure("invalid", "The query holds the character U+0000");
	return decoded;
}
