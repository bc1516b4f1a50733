import { Failure } from "../fhir/failure.ts";
import { isObject, type JsonObject, parseJson } from "../fhir/json.ts";
import { meets } from "../search/meets.ts";
import type { Limits, SearchQuery } from "../search/query.ts";
import type { Caller } from "./caller.ts";
import { type Allowance, allowance, filtersFrom, type Letter } from "./scopes.ts";

/** What the caller may do with resources of a type: people and the server everything, apps what their scopes say. */
export function allowed({ app }: Caller, type: string, letters: Letter | "rs"): Allowance {
	return app === undefined ? "everything" : allowance(app.scopes, type, letters);
}

/** @throws Failure forbidden - the app was granted nothing of the kind */
export function requireScope(caller: Caller, type: string, letter: Letter): void {
	if (allowed(caller, type, letter) === "nothing") throw notGranted(type, letter);
}

/** Whether the app may do it with this very resource, by what the resource says. */
export function mayTouch(caller: Caller, type: string, resource: string | JsonObject, letters: Letter | "rs"): boolean {
	const allowance = allowed(caller, type, letters);
	if (typeof allowance === "string") return allowance === "everything";
	const parsed = typeof resource === "string" ? parseJson(resource) : resource;
	// A deletion says nothing, so it meets nothing.
	if (!isObject(parsed) || parsed.resourceType !== type) return false;
	return allowance.some((conditions) => meets(parsed, filtersFrom(type, conditions)));
}

/**
 * A search as the app may run it: over the types it may search, for what it was granted of them.
 *
 * @throws Failure forbidden - nothing of what is searched was granted
 */
export function limited(query: SearchQuery, caller: Caller): SearchQuery {
	if (caller.app === undefined) return query;
	const types = query.type !== undefined ? [query.type] : query.types.length > 0 ? query.types : typesOf(caller, "s");
	if (types === undefined) return query;
	const limits = new Map<string, Limits>(query.limits);
	const granted = types.filter((type) => {
		const allowance = allowed(caller, type, "s");
		if (typeof allowance !== "string") {
			const sets = allowance.map((one) => filtersFrom(type, one));
			limits.set(type, both(query.limits?.get(type), sets));
		}
		return allowance !== "nothing";
	});
	if (granted.length === 0) throw notGranted(query.type ?? "any type", "s");
	return {
		...query,
		...(query.type === undefined ? { types: granted } : {}),
		...(limits.size === 0 ? {} : { limits }),
	};
}

/** What meets one of some sets of filters and one of others, as such sets. */
function both(asked: Limits | undefined, granted: Limits): Limits {
	return asked === undefined ? granted : asked.flatMap((one) => granted.map((other) => [...one, ...other]));
}

/** The types the caller may do something with; undefined: all of them. */
export function typesOf({ app }: Caller, letter: Letter): readonly string[] | undefined {
	const scopes = app?.scopes.filter(({ letters }) => letters.includes(letter));
	if (scopes === undefined || scopes.some(({ type }) => type === "*")) return undefined;
	return [...new Set(scopes.map(({ type }) => type))];
}

const words: Readonly<Record<Letter, string>> = { c: "create", r: "read", u: "update", d: "delete", s: "search" };

function notGranted(type: string, letter: Letter): Failure {
	return new Failure("forbidden", `This app was not granted to ${words[letter]} ${type}`);
}
