import {
	isResourceType,
	type SearchParameter,
	searchParametersOf,
	unsupportedSearchParameters,
} from "../fhir/definitions/definitions.ts";
import { Failure } from "../fhir/failure.ts";
import { isChain, type ReadSearch, readChain, readReverseChain } from "./chain.ts";
import { decodeCursor } from "./cursor.ts";
import { splitEscaped } from "./escape.ts";
import { mainDateParameter } from "./extract.ts";
import { type ChainBudget, chainBudget, checkLimits, searchLimits, spend } from "./limits.ts";
import { decidesOwner } from "./owner-parameter.ts";
import { kinds } from "./params/all.ts";
import type { Filter, Include, SearchQuery, SortKey } from "./query.ts";

/** Parameters about the answer's form, which `http/fhir` reads. */
const formParameters = new Set(["_format", "_pretty"]);
const modifiers = new Set(["exact", "contains", "not", "missing", "identifier"]);

/** Of the parameters every resource has, those that select. */
const chainable = new Set(["_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"]);

/** What reading values and chains needs beside them. */
interface Reading {
	readonly base: string;
	readonly budget: ChainBudget;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

/**
 * Reads search parameters (R4 search). Parameters nobody defined are named in `ignored`; the caller decides whether that is an error.
 *
 * @throws Failure `invalid` for a value of the wrong form, `not-supported` for a modifier or composite.
 */
export function parseSearch(
	type: string | undefined,
	parameters: readonly (readonly [name: string, value: string])[],
	options: { readonly base: string; readonly budget?: ChainBudget },
): { query: SearchQuery; ignored: readonly string[] } {
	const query: Mutable<SearchQuery> = {
		type,
		types: [],
		filters: [],
		chains: [],
		reverseChains: [],
		sort: [],
		count: searchLimits.usualCount,
		cursor: undefined,
		total: false,
		summary: undefined,
		elements: [],
		includes: [],
		revincludes: [],
		applied: [],
	};
	const ignored: string[] = [];
	const reading = { base: options.base, budget: options.budget ?? chainBudget() };
	for (const [name, value] of parameters) {
		if (formParameters.has(name)) continue;
		if (value === "") continue;
		const used = control(query, name, value) || filter(query, name, value, reading);
		if (!used) ignored.push(name);
		else if (name !== "_cursor") query.applied.push([name, name === "_count" ? String(query.count) : value]);
	}
	checkLimits(query);
	if (query.sort.length === 0) query.sort.push(...usualOrder(query));
	if (query.summary === "count") query.count = 0;
	if (query.count === 0) query.total = true;
	return { query, ignored };
}

/** What is about one patient comes newest first, as charts want it and as indexes have it; anything else in the order of storing. */
function usualOrder({ type, filters }: Mutable<SearchQuery>): SortKey[] {
	const code = type === undefined ? undefined : mainDateParameter(type);
	const parameter = code === undefined ? undefined : searchParametersOf(type as string).get(code);
	const isAboutOne = filters.some(
		(filter) => filter.modifier === undefined && decidesOwner(type as string, filter.parameter),
	);
	return parameter === undefined || !isAboutOne ? [] : [{ parameter, descending: true }];
}

/** Parameters that control the result; true when `name` is one. */
function control(query: Mutable<SearchQuery>, name: string, value: string): boolean {
	switch (name) {
		case "_count":
			if (!/^\d{1,9}$/.test(value)) throw invalid(name, value, "a whole number from 0");
			query.count = Math.min(Number(value), searchLimits.count);
			return true;
		case "_cursor":
			query.cursor = decodeCursor(value);
			return true;
		case "_total":
			if (value !== "accurate" && value !== "none" && value !== "estimate")
				throw invalid(name, value, "none, estimate or accurate");
			query.total = value === "accurate";
			return true;
		case "_summary":
			if (!["true", "text", "data", "count", "false"].includes(value))
				throw invalid(name, value, "true, text, data, count or false");
			query.summary = value as NonNullable<SearchQuery["summary"]>;
			return true;
		case "_elements":
			query.elements.push(
				...value
					.split(",")
					.map((one) => one.trim())
					.filter(Boolean),
			);
			return true;
		case "_type":
			if (query.type !== undefined) return false;
			query.types.push(...new Set(value.split(",")));
			for (const one of query.types) if (!isResourceType(one)) throw invalid(name, one, "an R4 resource type");
			return true;
		case "_sort":
			query.sort.push(...value.split(",").map((one) => sortKey(query.type, one)));
			return true;
		default:
			if (/^_(rev)?include(:.*)?$/.test(name)) return include(query, name, value);
			return false;
	}
}

function sortKey(type: string | undefined, text: string): SortKey {
	const descending = text.startsWith("-");
	const code = descending ? text.slice(1) : text;
	const parameter = searchParametersOf(type ?? "Resource").get(code);
	if (parameter === undefined)
		throw new Failure("not-supported", `_sort: ${type ?? "all types"} cannot be sorted by "${code}"`);
	return { parameter, descending };
}

function include(query: Mutable<SearchQuery>, name: string, value: string): boolean {
	const [kind, modifier] = name.split(":");
	if (modifier !== undefined)
		throw new Failure("not-supported", `${name}: the modifier ":${modifier}" is not supported`);
	const everything = value === "*" && kind === "_include" && query.type !== undefined;
	const [source, code, target, ...more] = (everything ? `${query.type}:*` : value).split(":");
	const parameters = source !== undefined && isResourceType(source) ? searchParametersOf(source) : undefined;
	if (parameters === undefined || code === undefined || more.length > 0) {
		throw invalid(name, value, "Type:parameter or Type:parameter:Target");
	}
	if (target !== undefined && !isResourceType(target)) throw invalid(name, target, "an R4 resource type");
	const chosen =
		code === "*" ? [...parameters.values()].filter((one) => one.type === "reference") : [parameters.get(code)];
	for (const parameter of chosen) {
		if (parameter?.type !== "reference")
			throw new Failure("not-supported", `${name}: ${source} has no reference parameter "${code}"`);
		const entry: Include = { source: source as string, parameter, ...(target === undefined ? {} : { target }) };
		(kind === "_include" ? query.includes : query.revincludes).push(entry);
	}
	return true;
}

function filter(query: Mutable<SearchQuery>, name: string, value: string, reading: Reading): boolean {
	const [code, suffix, ...more] = name.split(":") as [string, string | undefined];
	if (isChain(name)) return chain(query, name, value, reading);
	const parameter = searchParametersOf(query.type ?? "Resource").get(code);
	if (parameter === undefined) {
		if (unsupportedSearchParameters(query.type ?? "Resource").has(code)) {
			throw new Failure("not-supported", `${name}: this parameter is not supported`);
		}
		return false;
	}
	const kind = kinds[parameter.type];
	// subject:Patient=12 is the same as subject=Patient/12.
	const typed = parameter.type === "reference" && suffix !== undefined && isResourceType(suffix) ? suffix : undefined;
	if (more.length > 0 || (suffix !== undefined && typed === undefined && !kind.modifiers.includes(suffix as never))) {
		throw new Failure("not-supported", `${name}: the modifier ":${[suffix, ...more].join(":")}" is not supported here`);
	}
	query.filters.push(
		readFilter(
			parameter,
			typed,
			modifiers.has(suffix ?? "") ? (suffix as Filter["modifier"]) : undefined,
			name,
			value,
			reading.base,
		),
	);
	return true;
}

function chain(query: Mutable<SearchQuery>, name: string, value: string, { base, budget }: Reading): boolean {
	const { type } = query;
	if (type === undefined) throw new Failure("not-supported", `${name}: a search over all types has no chains`);
	const read: ReadSearch = (target, rest, text) => {
		if (rest.startsWith("_") && !rest.startsWith("_has:") && !chainable.has(rest.split(":")[0] ?? "")) return undefined;
		spend(budget, "types", name);
		const { query: search, ignored } = parseSearch(target, [[rest, text]], { base, budget });
		if (ignored.length > 0) return undefined;
		spend(budget, "searches", name);
		return search;
	};
	if (name.startsWith("_has:")) {
		const reverse = readReverseChain(type, name, value, read);
		if (reverse !== undefined) query.reverseChains.push(reverse);
		return reverse !== undefined;
	}
	const forward = readChain(type, name, value, read);
	if (forward !== undefined) query.chains.push(forward);
	return forward !== undefined;
}

function readFilter(
	parameter: SearchParameter,
	typed: string | undefined,
	modifier: Filter["modifier"],
	name: string,
	value: string,
	base: string,
): Filter {
	if (modifier === "missing") {
		if (value !== "true" && value !== "false") throw invalid(name, value, "true or false");
		return { parameter, modifier, values: [], missing: value === "true" };
	}
	const texts = splitEscaped(value, ",").filter((text) => text !== "");
	const { values: most } = searchLimits;
	if (texts.length > most)
		throw new Failure("too-costly", `${name}: at most ${most} values can be listed, not ${texts.length}`);
	const narrowed = typed === undefined ? parameter : { ...parameter, target: [typed] };
	const kind = kinds[parameter.type];
	const values = texts.map((text) => kind.parse(text, narrowed, { base, name, modifier }));
	return { parameter, ...(modifier === undefined ? {} : { modifier }), values };
}

function invalid(name: string, value: string, expected: string): Failure {
	return new Failure("invalid", `${name}: "${value.slice(0, 100)}" is not ${expected}`);
}
