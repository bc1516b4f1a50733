import { isResourceType, searchParametersOf } from "../fhir/definitions/definitions.ts";
import { Failure } from "../fhir/failure.ts";
import { isChain } from "../search/chain.ts";
import { parseSearch } from "../search/parse.ts";
import type { Filter } from "../search/query.ts";

/**
 * SMART scopes for data (SMART App Launch 2.2, “Scopes for requesting FHIR Resources”), v1 and v2: what an app may do with which kind of
 * resource. Pure. Whose data it is is not said here: the database decides that.
 */
export interface ResourceScope {
	/** As it was asked for: a v1 scope is given back as one. */
	readonly text: string;
	readonly level: Level;
	/** A resource type, or `*`. */
	readonly type: string;
	/** Some of `cruds`, in that order. */
	readonly letters: string;
	/** What a resource must meet, all of it: search parameters of the type with a value (`category=http://…|laboratory`). */
	readonly conditions: Conditions;
}

/** `patient`: data of the patient in context; `user`: what the person may see; `system`: without a person. */
export type Level = "patient" | "user" | "system";

/** Create; read, vread and instance history; update; delete; search, type and system history. */
export type Letter = "c" | "r" | "u" | "d" | "s";

/** Search parameters with values; all must hold. */
export type Conditions = readonly (readonly [name: string, value: string])[];

/** What scopes allow with one type: nothing, everything, or what meets any of some conditions. */
export type Allowance = "nothing" | "everything" | readonly Conditions[];

const form = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.([a-z]+|\*)(?:\?(.+))?$/;
const v1: Readonly<Record<string, string>> = { read: "rs", write: "cud", "*": "cruds" };

/**
 * A scope for data; undefined for everything that is none and for what must not be granted: letters that are not some of `cruds` in
 * that order, types R4 does not have, conditions that cannot be enforced: of `*`, of parameters that are not supported, of `_id`, and
 * those that look at other resources (`subject:Patient.name`, `_has`), which a resource by itself does not tell.
 */
export function parseScope(text: string): ResourceScope | undefined {
	const [, level, type, suffix, query] = form.exec(text) ?? [];
	if (level === undefined || type === undefined || suffix === undefined) return undefined;
	if (type !== "*" && !isResourceType(type)) return undefined;
	const letters = v1[suffix] ?? suffix;
	if (!/^c?r?u?d?s?$/.test(letters)) return undefined;
	const conditions = query === undefined ? [] : parseConditions(type, query);
	if (conditions === undefined) return undefined;
	return { text, level: level as Level, type, letters, conditions };
}

/** The scopes for data in a space-separated list. */
export function parseScopes(text: string): readonly ResourceScope[] {
	return text.split(" ").flatMap((one) => parseScope(one) ?? []);
}

function parseConditions(type: string, query: string): Conditions | undefined {
	if (type === "*") return undefined;
	const parameters = searchParametersOf(type);
	const conditions: (readonly [string, string])[] = [];
	for (const pair of query.split("&")) {
		const at = pair.indexOf("=");
		const [name, value] = [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
		if (at < 1 || !name || !value?.replaceAll(",", "") || value.includes("\0")) return undefined;
		// An id says which, not of what kind; it is looked up in another way, too.
		const [code = ""] = name.split(":");
		if (code === "_id" || isChain(name) || !parameters.has(code)) return undefined;
		conditions.push([name, value]);
	}
	return isReadable(type, conditions) ? conditions : undefined;
}

function isReadable(type: string, conditions: Conditions): boolean {
	try {
		return filtersFrom(type, conditions).length === conditions.length;
	} catch (error) {
		if (error instanceof Failure) return false;
		throw error;
	}
}

const known = new WeakMap<Conditions, readonly Filter[]>();

/** Conditions as the filters a search has. @throws Failure invalid - a value of the wrong form, which no parsed scope has */
export function filtersFrom(type: string, conditions: Conditions): readonly Filter[] {
	const filters = known.get(conditions) ?? parseSearch(type, conditions, { base: "" }).query.filters;
	known.set(conditions, filters);
	return filters;
}

function decoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}

/** What some scopes allow to do with resources of a type. */
export function allowance(scopes: readonly ResourceScope[], type: string, letters: Letter | "rs"): Allowance {
	const fitting = scopes.filter(
		(scope) =>
			(scope.type === "*" || scope.type === type) && [...letters].some((letter) => scope.letters.includes(letter)),
	);
	if (fitting.length === 0) return "nothing";
	if (fitting.some(({ conditions }) => conditions.length === 0)) return "everything";
	return fitting.map(({ conditions }) => conditions);
}

/** Whether whatever `one` allows is allowed by `other` alone, too. */
export function isWithin(one: ResourceScope, other: ResourceScope): boolean {
	return (
		one.level === other.level &&
		(other.type === "*" || one.type === other.type) &&
		[...one.letters].every((letter) => other.letters.includes(letter)) &&
		other.conditions.every((condition) => one.conditions.some((mine) => sameCondition(mine, condition)))
	);
}

/**
 * What of a scope lies within others, as scopes: itself where one of them covers it, else what each has in common with it. Never more
 * than either allows.
 */
export function narrow(scope: ResourceScope, within: readonly ResourceScope[]): readonly ResourceScope[] {
	if (within.some((one) => isWithin(scope, one))) return [scope];
	const common = within.flatMap((one) => intersection(scope, one) ?? []);
	return common.filter(
		(one, at) =>
			!common.some((other, index) => index !== at && isWithin(one, other) && !(isWithin(other, one) && at < index)),
	);
}

function intersection(one: ResourceScope, other: ResourceScope): ResourceScope | undefined {
	const fits = one.type === "*" || other.type === "*" || one.type === other.type;
	const letters = [..."cruds"]
		.filter((letter) => one.letters.includes(letter) && other.letters.includes(letter))
		.join("");
	if (one.level !== other.level || !fits || letters === "") return undefined;
	const conditions = [
		...one.conditions,
		...other.conditions.filter((condition) => !one.conditions.some((mine) => sameCondition(mine, condition))),
	];
	return scopeOf(one.level, one.type === "*" ? other.type : one.type, letters, conditions);
}

/** The same scope for what meets a condition only. */
export function withCondition(scope: ResourceScope, name: string, value: string): ResourceScope {
	return scopeOf(scope.level, scope.type, scope.letters, [...scope.conditions, [name, value]]);
}

function scopeOf(level: Level, type: string, letters: string, conditions: Conditions): ResourceScope {
	const query = conditions.map(([name, value]) => `${name}=${encoded(value)}`).join("&");
	return { text: `${level}/${type}.${letters}${query === "" ? "" : `?${query}`}`, level, type, letters, conditions };
}

/** As scopes are written: `:`, `/`, `|` and `,` stay, whatever could end the value or the scope does not. */
function encoded(value: string): string {
	return encodeURIComponent(value).replace(/%(3A|2F|7C|2C)/g, (escaped) => decodeURIComponent(escaped));
}

function sameCondition(one: Conditions[number], other: Conditions[number]): boolean {
	return one[0] === other[0] && one[1] === other[1];
}
