import { isResourceType, type SearchParameter, searchParametersOf } from "../fhir/definitions/definitions.ts";
import { Failure } from "../fhir/failure.ts";
import type { Chain, ReverseChain, SearchQuery } from "./query.ts";

/** Reads what follows a chain's head as a search of its own; undefined where the type has no such parameter. */
export type ReadSearch = (type: string, name: string, value: string) => SearchQuery | undefined;

/** Searches within one another; each step asks a search of its own. */
const deepest = 4;

/** A chained parameter by its parts: `subject:Patient.name:exact` is `subject`, `Patient` and `name:exact`. */
const chainForm = /^([A-Za-z_][\w-]*)(?::([A-Za-z]+))?\.(.+)$/s;

export function isChain(name: string): boolean {
	return name.startsWith("_has:") || name.includes(".");
}

/**
 * `subject:Patient.name=x` (R4 search 2.1.3.13): resources whose reference leads to one that the rest finds. Without a type, each type the
 * parameter may lead to that knows the rest is asked.
 *
 * @returns undefined for a parameter nobody knows
 * @throws Failure invalid | not-supported | too-costly
 */
export function readChain(type: string, name: string, value: string, read: ReadSearch): Chain | undefined {
	checkDepth(name);
	const [, code = "", typeName, rest = ""] = chainForm.exec(name) ?? [];
	const parameter = searchParametersOf(type).get(code);
	if (parameter === undefined) return undefined;
	if (parameter.type !== "reference")
		throw new Failure("invalid", `${name}: ${code} is no reference, so nothing can be chained to it`);
	const targets = typeName === undefined ? parameter.target : [typeName];
	if (typeName !== undefined && !parameter.target.includes(typeName))
		throw new Failure("invalid", `${name}: ${code} does not lead to ${typeName}`);
	const searches = targets
		.filter(isResourceType)
		.map((target) => read(target, rest, value))
		.filter((search) => search !== undefined);
	return searches.length === 0 ? undefined : { parameter, searches };
}

/**
 * `_has:Observation:patient:code=x` (R4 search 2.1.3.14): resources that one of another type, which the rest finds, refers to.
 *
 * @returns undefined for a parameter nobody knows
 * @throws Failure invalid | too-costly
 */
export function readReverseChain(
	type: string,
	name: string,
	value: string,
	read: ReadSearch,
): ReverseChain | undefined {
	checkDepth(name);
	const [, source = "", code = "", ...more] = name.split(":");
	const rest = more.join(":");
	if (!isResourceType(source) || rest === "")
		throw new Failure("invalid", `${name}: a reverse chain is _has:Type:reference:parameter`);
	const parameter: SearchParameter | undefined = searchParametersOf(source).get(code);
	if (parameter?.type !== "reference") throw new Failure("invalid", `${name}: ${source} has no reference "${code}"`);
	if (!parameter.target.includes(type)) throw new Failure("invalid", `${name}: ${code} does not lead to ${type}`);
	const search = read(source, rest, value);
	return search === undefined ? undefined : { parameter, search };
}

/** @throws Failure too-costly */
function checkDepth(name: string): void {
	const steps = name.split(/[.]|_has:/).filter((part) => part !== "").length;
	if (steps > deepest + 1)
		throw new Failure("too-costly", `${name.slice(0, 100)}: at most ${deepest} steps can be chained`);
}
