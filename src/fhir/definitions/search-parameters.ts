import { readFileSync } from "node:fs";
import type { CompactParameter } from "./compact.ts";
import { type PathExpression, parsePath, splitUnion } from "./path-expression.ts";

/** The kinds of search parameter whose values are found by plain paths. */
export type SearchParameterType = "token" | "reference" | "string" | "date" | "number" | "quantity" | "uri";

/** An official R4 search parameter as it applies to one resource type. */
export interface SearchParameter {
	readonly code: string;
	readonly type: SearchParameterType;
	/** `http://hl7.org/fhir/SearchParameter/Patient-name`. */
	readonly url: string;
	/** The type it is declared for: the resource type, `DomainResource` or `Resource`. */
	readonly base: string;
	/** Resource types a reference may lead to; empty for the other kinds. */
	readonly target: readonly string[];
	readonly paths: readonly PathExpression[];
}

const source = read<Record<string, readonly CompactParameter[]>>("r4-search-parameters.json");
const compartment = read<Record<string, readonly string[]>>("r4-patient-compartment.json");

/**
 * R4 finds the Provenances of a patient only where the Patient itself was changed, and nobody asks that: as R5 mended it, whom it is about
 * counts, too.
 */
const widened: Readonly<Record<string, string>> = {
	"Provenance-patient":
		"Provenance.target.where(resolve() is Patient) | Provenance.agent.onBehalfOf.where(resolve() is Patient)",
};

/** Resource types without the elements of DomainResource. */
const notDomainResources = new Set(["Binary", "Bundle", "Parameters", "Resource"]);

const supported = new Map<string, ReadonlyMap<string, SearchParameter>>();
const unsupported = new Map<string, ReadonlySet<string>>();

/**
 * The search parameters of a resource type by code, with those of every resource (`_id`, `_lastUpdated`, …). Composite and special
 * ones are absent ({@link unsupportedSearchParameters}). `Resource` gives those of every resource only.
 */
export function searchParametersOf(type: string): ReadonlyMap<string, SearchParameter> {
	const known = supported.get(type);
	if (known !== undefined) return known;
	const found = declared(type).flatMap(([base, one]): [string, SearchParameter][] =>
		one.expression === undefined ? [] : [[one.code, compile(base, one, one.expression)]],
	);
	const made = new Map(found);
	// Names that are no types are not remembered: they may come from clients.
	if (Object.hasOwn(source, type) || isTypeName(type)) supported.set(type, made);
	return made;
}

/** Codes of official parameters of a type that cannot be searched here: composite, special, full text. */
export function unsupportedSearchParameters(type: string): ReadonlySet<string> {
	const known = unsupported.get(type);
	if (known !== undefined) return known;
	const made = new Set(declared(type).flatMap(([, one]) => (one.expression === undefined ? [one.code] : [])));
	if (Object.hasOwn(source, type)) unsupported.set(type, made);
	return made;
}

/**
 * Codes of the search parameters of a type that lead to the patient whose record it belongs to (R4 CompartmentDefinition/patient).
 * Empty for Patient, which belongs to itself, and for types outside the compartment.
 */
export function patientCompartmentParams(type: string): readonly string[] {
	return type === "Patient" || !Object.hasOwn(compartment, type) ? [] : (compartment[type] ?? []);
}

function declared(type: string): [base: string, CompactParameter][] {
	const bases = [
		"Resource",
		...(notDomainResources.has(type) ? [] : ["DomainResource"]),
		...(type === "Resource" ? [] : [type]),
	];
	return bases.flatMap((base) =>
		(Object.hasOwn(source, base) ? (source[base] ?? []) : []).map((one): [string, CompactParameter] => [base, one]),
	);
}

function compile(base: string, { code, type, id, target }: CompactParameter, expression: string): SearchParameter {
	return {
		code,
		type: type as SearchParameterType,
		url: `http://hl7.org/fhir/SearchParameter/${id}`,
		base,
		target: target ?? [],
		paths: splitUnion(widened[id] ?? expression).flatMap((part) => parsePath(part) ?? []),
	};
}

/** A few types have no parameters of their own; there are 148 types. */
function isTypeName(type: string): boolean {
	return /^[A-Z][A-Za-z]{1,40}$/.test(type) && supported.size < 200;
}

function read<T>(file: string): T {
	return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as T;
}
