import { Failure } from "./failure.ts";

declare global {
	/** JSON with source text access (ES2026), which TypeScript's libraries do not declare yet. */
	interface JSON {
		rawJSON(text: string): RawNumber;
		isRawJSON(value: unknown): value is RawNumber;
		parse(text: string, reviver: (name: string, value: Json, context: { readonly source?: string }) => Json): unknown;
	}
}

/** A number that JavaScript would not give back as written (`1.00`, `1e2`); serialises as written. Made by `JSON.rawJSON`. */
export interface RawNumber {
	readonly rawJSON: string;
}

/** An object of JSON; absent members may also be there as `undefined`. */
export type JsonObject = { [name: string]: Json | undefined };

/** A JSON value with decimals as written (R4 datatypes 2.24.0.1: the precision of a decimal is significant). */
export type Json = null | boolean | number | string | RawNumber | Json[] | JsonObject;

/** Containers within containers; R4 resources need about 20, recursion over them must end. */
const maxDepth = 200;

/**
 * Numbers that may not be what `String(Number(text))` gives: a fraction ending in 0, an exponent, 16 digits or more, `-0`, six zeros after the
 * point. Within strings the character that must follow is (nearly) never there.
 */
const unusualNumber = /(?:^|[:,[])\s*-?(?:\d+\.\d*0|[\d.]+[eE][+-]?\d+|[\d.]{16,}|0\.0{6}\d*|(?<=-)0)\s*(?:[,\]}]|$)/;

/**
 * Parses JSON text; numbers that would lose their form become {@link RawNumber}. A byte order mark in front is tolerated.
 *
 * @throws Failure invalid - not JSON, a member twice in one object, nesting deeper than 200, `__proto__`, a number beyond a double's
 * range, a broken surrogate or a control character other than tab, CR and LF in a string
 */
export function parseJson(text: string): Json {
	const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
	const written = countMembers(source);
	const exact = unusualNumber.test(source);
	let value: Json;
	try {
		value = exact ? (JSON.parse(source, keepForm) as Json) : (JSON.parse(source) as Json);
	} catch (error) {
		if (error instanceof Failure) throw error;
		throw invalid("The text is not valid JSON");
	}
	const looksAtStrings = /\\[ubfUBF]/.test(source) || !source.isWellFormed();
	if (checkMembers(value, looksAtStrings) !== written) {
		throw invalid(`The member "${firstDuplicate(source)}" is there twice in one object`);
	}
	return value;
}

/** JSON text; decimals as they were written. Members that are `undefined` are left out. */
export function stringify(value: Json): string {
	return JSON.stringify(value);
}

/** Whether a value is an object with members: not an array, not null, not a number kept as written. */
export function isObject(value: Json | undefined): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** Whether a value is a number kept as written. */
export function isRawNumber(value: unknown): value is RawNumber {
	return typeof value === "object" && value !== null && JSON.isRawJSON(value);
}

/** The digits of a number as it was written. */
export function numberText(value: number | RawNumber): string {
	return typeof value === "number" ? String(value) : value.rawJSON;
}

/** Whether two values are the same JSON whatever the order of members; `1.0` and `1.00` differ. */
export function equalJson(one: Json | undefined, other: Json | undefined): boolean {
	if (one === other) return true;
	if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
	if (isRawNumber(one) || isRawNumber(other)) {
		return isRawNumber(one) && isRawNumber(other) && one.rawJSON === other.rawJSON;
	}
	if (Array.isArray(one) || Array.isArray(other)) {
		if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
		for (let at = 0; at < one.length; at++) if (!equalJson(one[at], other[at])) return false;
		return true;
	}
	let members = 0;
	// Looked through without a list of the names: this is asked of every element of every resource that comes in.
	for (const name in one) {
		const member = one[name];
		if (member === undefined) continue;
		members++;
		// What an object inherits is no JSON, so it is equal to nothing.
		if (!equalJson(member, other[name])) return false;
	}
	for (const name in other) if (other[name] !== undefined) members--;
	return members === 0;
}

/** A value that shares no object or array with this one. */
export function copyJson(value: Json): Json {
	if (Array.isArray(value)) return value.map(copyJson);
	if (!isObject(value)) return value;
	const copy: JsonObject = {};
	for (const [name, member] of Object.entries(value)) if (member !== undefined) copy[name] = copyJson(member);
	return copy;
}

/** JSON text with members sorted by name, so that equal values have equal text. */
export function canonicalJson(value: Json): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
	if (!isObject(value)) return JSON.stringify(value);
	const members = Object.keys(value)
		.sort()
		.flatMap((name) => {
			const member = value[name];
			return member === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(member)}`];
		});
	return `{${members.join(",")}}`;
}

function invalid(message: string): Failure {
	return new Failure("invalid", message, { code: "structure" });
}

function keepForm(_name: string, value: Json, context: { readonly source?: string }): Json {
	if (typeof value !== "number") return value;
	const source = context.source;
	if (source === undefined || source === String(value)) return value;
	if (!Number.isFinite(value) || source.length > 100) throw invalid("A number is out of range");
	return JSON.rawJSON(source);
}

/** Colons outside strings: as many as members. Ends early, with a failure, where nesting is too deep. */
function countMembers(text: string): number {
	let members = 0;
	let depth = 0;
	for (let at = 0; at < text.length; at++) {
		switch (text.charCodeAt(at)) {
			case 0x22:
				at = endOfString(text, at);
				break;
			case 0x3a:
				members++;
				break;
			case 0x7b:
			case 0x5b:
				if (++depth > maxDepth) throw invalid(`The JSON is nested deeper than ${maxDepth} levels`);
				break;
			case 0x7d:
			case 0x5d:
				depth--;
		}
	}
	return members;
}

/** Index of the quote that ends the string beginning at `start`; the text's length where none does. */
function endOfString(text: string, start: number): number {
	let at = text.indexOf('"', start + 1);
	while (at !== -1) {
		let slashes = 0;
		while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
		if (slashes % 2 === 0) return at;
		at = text.indexOf('"', at + 1);
	}
	return text.length;
}

/** The number of members in a value, at any depth, having looked at all of them. */
function checkMembers(value: Json, looksAtStrings: boolean): number {
	if (typeof value === "string") {
		if (looksAtStrings) checkString(value);
		return 0;
	}
	if (typeof value !== "object" || value === null || JSON.isRawJSON(value)) return 0;
	let members = 0;
	if (Array.isArray(value)) {
		for (const item of value) members += checkMembers(item, looksAtStrings);
		return members;
	}
	for (const name in value) {
		if (name === "__proto__") throw invalid('Unknown element "__proto__"');
		if (looksAtStrings) checkString(name);
		members += 1 + checkMembers((value as JsonObject)[name] as Json, looksAtStrings);
	}
	return members;
}

function checkString(text: string): void {
	if (!text.isWellFormed()) throw invalid("A string has half of a surrogate pair, which is not a character");
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
	if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) {
		throw invalid("A string has a control character; only tab, carriage return and line feed may be there");
	}
}

/** Names the first member that an object has twice; slow, for the message only. */
function firstDuplicate(text: string): string {
	const open: (Set<string> | undefined)[] = [];
	for (let at = 0; at < text.length; at++) {
		const char = text[at];
		if (char === "{") open.push(new Set());
		else if (char === "[") open.push(undefined);
		else if (char === "}" || char === "]") open.pop();
		else if (char === '"') {
			const end = endOfString(text, at);
			if (/^\s*:/.test(text.slice(end + 1, end + 1000))) {
				const name = JSON.parse(text.slice(at, end + 1)) as string;
				const names = open.at(-1);
				if (names?.has(name)) return name.slice(0, 64);
				names?.add(name);
			}
			at = end;
		}
	}
	return "?";
}
