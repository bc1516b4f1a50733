import { type PathExpression, type SearchParameter, searchParametersOf } from "../fhir/definitions/definitions.ts";
import { equalJson, type Json, type JsonObject } from "../fhir/json.ts";
import { evaluatePath } from "../fhir/path.ts";
import { kinds } from "./params/all.ts";
import type { IndexEntries } from "./params/kind.ts";
import { presenceTerm } from "./term.ts";

/** Parameters answered from columns of `fhir.resource` itself. */
const ownColumns = new Set(["_id", "_lastUpdated"]);

/** Everything a resource is found by, per the official SearchParameter expressions. Pure; called whenever a body is written. */
export function extract(resource: JsonObject): IndexEntries {
	const into: IndexEntries = { terms: new Set(), strings: [], dates: [], numbers: [] };
	for (const parameter of searchParametersOf(resource.resourceType as string).values()) {
		if (!ownColumns.has(parameter.code)) extractOne(resource, parameter, into);
	}
	return into;
}

/** What one parameter finds in a resource. */
export function extractOne(resource: JsonObject, parameter: SearchParameter, into: IndexEntries): void {
	for (const path of parameter.paths) {
		for (const { value, type } of evaluatePath(path, resource as Json)) {
			into.terms.add(presenceTerm(parameter.code));
			kinds[parameter.type].index(parameter.code, value, type, into);
		}
	}
}

/** The parameters that find something else in `one` than in `other`; both are of the same type. */
export function differingParameters(one: JsonObject, other: JsonObject): string[] {
	const changed = differingMembers(one, other);
	const differing: string[] = [];
	for (const parameter of searchParametersOf(one.resourceType as string).values()) {
		if (ownColumns.has(parameter.code) || !parameter.paths.some((path) => looksAt(path, changed))) continue;
		if (fingerprint(one, parameter) !== fingerprint(other, parameter)) differing.push(parameter.code);
	}
	return differing;
}

function differingMembers(one: JsonObject, other: JsonObject): string[] {
	const names = new Set([...Object.keys(one), ...Object.keys(other)]);
	return [...names].filter((name) => !equalJson(one[name] ?? null, other[name] ?? null));
}

/** `effective` looks at the member `effectiveDateTime`. */
function looksAt({ steps }: PathExpression, members: readonly string[]): boolean {
	const first = steps.find((step) => step.kind === "element");
	return first === undefined || members.some((name) => name.replace(/^_/, "").startsWith(first.name));
}

function fingerprint(resource: JsonObject, parameter: SearchParameter): string {
	const into: IndexEntries = { terms: new Set(), strings: [], dates: [], numbers: [] };
	extractOne(resource, parameter, into);
	return JSON.stringify([[...into.terms].sort(), into.strings, into.dates, into.numbers]);
}

/** The date a resource is ordered by in a chart: of the first of these parameters that finds one. */
const mainDates = [
	"date",
	"effective",
	"period",
	"authoredon",
	"authored",
	"onset-date",
	"recorded-date",
	"issued",
	"created",
	"sent",
	"start-date",
];

/** Start of the resource's main date, for `fhir.resource.at`; null when it has none. */
export function mainDate(entries: IndexEntries, type: string): string | null {
	const code = mainDateParameter(type);
	if (code === undefined) return null;
	const found = entries.dates.filter((one) => one.param === code).map((one) => one.lo);
	return found.sort()[0] ?? null;
}

/** The search parameter whose value `fhir.resource.at` holds for a type. */
export function mainDateParameter(type: string): string | undefined {
	const parameters = searchParametersOf(type);
	return mainDates.find((code) => parameters.get(code)?.type === "date");
}
