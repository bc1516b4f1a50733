import type { KeywordDefinition } from "ajv";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { type Found, missing, structure } from "./found.ts";
import { enoughErrors, keyword } from "./keywords.ts";

interface Choices {
	readonly [name: string]: { readonly members: readonly string[]; readonly isRequired: boolean };
}

/** Keywords about which members are there, and about values and their `_` siblings. Errors as in `keywords.ts`. */
export const memberKeywords: readonly KeywordDefinition[] = [
	keyword("present", (names: readonly string[], type) => {
		const pairs = names.map((name) => [name, `_${name}`] as const);
		return (value) => {
			if (!isObject(value)) return undefined;
			const absent = pairs.filter(([name, sibling]) => value[name] === undefined && value[sibling] === undefined);
			return absent.length === 0 ? undefined : absent.map(([name]) => missing(type, name));
		};
	}),
	keyword("choices", (choices: Choices, type) => {
		const elements = new Map(
			Object.entries(choices).flatMap(([name, one]) => one.members.map((member) => [member, name])),
		);
		const required = Object.keys(choices).filter((name) => choices[name]?.isRequired);
		return (value) => (isObject(value) ? checkChoices(value, elements, required, type) : undefined);
	}),
	keyword("nullsPairedWith", (name: string) => (value, at) => {
		if (!Array.isArray(value) || !value.includes(null)) return undefined;
		const siblings: Json | undefined = at.parentData[name];
		const found: Found[] = [];
		for (let index = 0; index < value.length && found.length <= enoughErrors; index++) {
			if (value[index] !== null || (Array.isArray(siblings) && isObject(siblings[index]))) continue;
			found.push(structure(`Must not be null unless ${name} has extensions there`, `/${index}`));
		}
		return found.length === 0 ? undefined : found;
	}),
	keyword("extensionsOf", (name: string) => (value, at) => {
		const owner: Json | undefined = at.parentData[name];
		if (!Array.isArray(value)) return emptyElement(value, owner !== undefined, "");
		return checkSiblings(value, owner);
	}),
];

/** Exactly one of a choice that is required, at most one of the others. */
function checkChoices(
	object: JsonObject,
	elements: ReadonlyMap<string, string>,
	required: readonly string[],
	type: string,
): Found[] | undefined {
	let chosen: Map<string, string> | undefined;
	let found: Found[] | undefined;
	for (const name in object) {
		const member = name.charCodeAt(0) === 0x5f ? name.slice(1) : name;
		const element = elements.get(member);
		if (element === undefined || object[name] === undefined) continue;
		const other = chosen?.get(element);
		if (other !== undefined && other !== member) {
			found ??= [];
			found.push(structure(`Only one of ${element}[x] may be there, not ${other} and ${member}`, `/${name}`));
		}
		chosen ??= new Map();
		chosen.set(element, member);
	}
	for (const name of required) {
		if (chosen?.has(name)) continue;
		found ??= [];
		found.push(missing(type, `${name}[x]`));
	}
	return found;
}

/** The array of extensions is as long as that of the values, and has some (R4 json 2.1.0.3). */
function checkSiblings(siblings: readonly Json[], values: Json | undefined): Found[] {
	const found: Found[] = [];
	if (siblings.every((one) => one === null)) {
		found.push(structure("Extensions of repeated primitives must be an array with an object in it"));
	}
	if (Array.isArray(values) && values.length !== siblings.length) {
		found.push(structure("The arrays of values and of their extensions must be of the same length"));
	}
	for (let at = 0; at < siblings.length && found.length <= enoughErrors; at++) {
		const empty = emptyElement(siblings[at] as Json, Array.isArray(values) && values[at] !== null, `/${at}`);
		if (empty !== undefined) found.push(empty);
	}
	return found;
}

/** A primitive with a value may have an id alone; without a value it needs an extension. */
function emptyElement(element: Json, hasValue: boolean, member: string): Found | undefined {
	if (!isObject(element) || element.extension !== undefined || (hasValue && element.id !== undefined)) return undefined;
	return structure("An object must not be empty", member);
}
