import { allowed } from "../../../access/app-limits.ts";
import type { Caller } from "../../../access/caller.ts";
import type { ExportRequest, TypeFilter } from "../../../exports/export-request.ts";
import { exportedTypes, possibleTypes } from "../../../exports/exported-types.ts";
import { parseDate } from "../../../fhir/dates.ts";
import { isResourceType, typeDefinition } from "../../../fhir/definitions/definitions.ts";
import { Failure, type Issue } from "../../../fhir/failure.ts";
import { parseSearch } from "../../../search/parse.ts";
import { withoutAnswerParameters } from "../negotiate.ts";
import { type ParameterList, readParameters } from "../parameters.ts";

/** What an export is asked of, besides its parameters. */
export interface ExportTarget {
	readonly level: ExportRequest["level"];
	/** Id of the Group. */
	readonly group?: string;
}

/** Who asks, and how. */
export interface Asking {
	readonly caller: Caller;
	/** `[base]`, without a trailing slash. */
	readonly base: string;
	/** `Prefer: handling=lenient`: what is not supported is ignored, and told in an error file. */
	readonly isLenient: boolean;
	/** Whether it was asked by POST, which alone has `patient`. */
	readonly isPost: boolean;
}

const formats = new Set(["application/fhir+ndjson", "application/ndjson", "ndjson"]);

/** Parameters of a search that say how to answer; an export does not answer so. */
const notFilters = /^_(sort|count|include|revinclude|summary|elements|total|cursor|type|format|pretty)(:|$)/;

/**
 * Reads the parameters of a kick-off (Bulk Data Access 2, “Query Parameters”). A parameter that is repeated is one list.
 *
 * @throws Failure not-supported - what is not supported, unless lenient; invalid - what is not of its form; forbidden - types that were not
 * granted
 */
export function readExportRequest(parameters: ParameterList, target: ExportTarget, asking: Asking): ExportRequest {
	const unsupported: Issue[] = [];
	const reading: Reading = {
		...asking,
		...target,
		possible: new Set(possibleTypes(target)),
		refuse: (diagnostics) => void unsupported.push({ code: "not-supported", diagnostics }),
	};
	const given = Map.groupBy(withoutAnswerParameters(parameters), ([name]) => name);
	const values = (name: string) => (given.get(name) ?? []).map(([, value]) => value);
	const list = (name: string) =>
		values(name).flatMap((value) =>
			value
				.split(",")
				.map((one) => one.trim())
				.filter(Boolean),
		);
	const known = new Set(["_outputFormat", "_since", "_type", "_elements", "_typeFilter"]);
	if (asking.isPost && target.level !== "system") known.add("patient");
	for (const name of given.keys()) if (!known.has(name)) reading.refuse(`The parameter ${name.slice(0, 100)}`);
	for (const format of list("_outputFormat")) {
		// An unescaped `+` in a query arrives as a space.
		if (!formats.has(format.replaceAll(" ", "+"))) reading.refuse(`_outputFormat ${format.slice(0, 100)}`);
	}
	const types = typesIn(list("_type"), reading);
	const since = sinceIn(values("_since"));
	const elements = list("_elements").flatMap((one) => elementIn(one, reading));
	const filters = values("_typeFilter").flatMap((value) => filtersIn(value, types, reading));
	const patients = known.has("patient") && given.has("patient") ? list("patient").map(patientIn) : undefined;
	if (unsupported.length > 0 && !asking.isLenient) throw new Failure("not-supported", unsupported.map(refused));
	const request: ExportRequest = {
		...target,
		types,
		elements,
		filters,
		ignored: unsupported.map(({ diagnostics }) => diagnostics),
		...(since === undefined ? {} : { since }),
		...(patients === undefined ? {} : { patients: [...new Set(patients)] }),
	};
	if (exportedTypes(request, asking.caller).length === 0)
		throw new Failure("forbidden", "This app was granted nothing of what it asks for");
	return request;
}

interface Reading extends Asking, ExportTarget {
	readonly possible: ReadonlySet<string>;
	/** Notes what is not supported. */
	refuse(what: string): void;
}

function refused({ code, diagnostics }: Issue): Issue {
	return { code, diagnostics: `${diagnostics} is not supported; with Prefer: handling=lenient it is ignored` };
}

/** @throws Failure invalid | forbidden */
function typesIn(given: readonly string[], { caller, possible, isLenient, refuse }: Reading): string[] {
	const types = [...new Set(given)];
	const unknown = types.filter((type) => !isResourceType(type));
	if (unknown.length > 0 && !isLenient)
		throw invalid(unknown.map((type) => `_type: "${type.slice(0, 100)}" is not an R4 resource type`));
	const notGranted = types.filter((type) => isResourceType(type) && allowed(caller, type, "s") === "nothing");
	if (notGranted.length > 0 && !isLenient)
		throw new Failure("forbidden", `This app was not granted to search ${notGranted.join(", ")}`);
	for (const type of types) if (!possible.has(type)) refuse(`_type ${type.slice(0, 100)}`);
	const left = types.filter((type) => possible.has(type) && !notGranted.includes(type));
	// Nothing left of a list is not the same as no list.
	if (types.length > 0 && left.length === 0) throw invalid(["_type: none of the types can be exported here"]);
	return left;
}

function sinceIn(values: readonly string[]): string | undefined {
	const [value, ...more] = values;
	if (value === undefined) return undefined;
	const range = parseDate(value.replace(" ", "+"));
	const isInstant = range?.precision === "second" || range?.precision === "millisecond";
	if (more.length > 0 || range === undefined || !isInstant || !/(Z|[+ -]\d\d:\d\d)$/.test(value))
		throw invalid([`_since: one instant with its zone, such as 2026-11-28T01:00:00Z`]);
	return range.lo;
}

function elementIn(text: string, { refuse }: Reading): ExportRequest["elements"] {
	const [first = "", second, ...more] = text.split(".");
	const [type, element] = second === undefined ? [undefined, first] : [first, second];
	const isKnown =
		type === undefined
			? /^[a-z][A-Za-z]*$/.test(element)
			: isResourceType(type) && (typeDefinition(type)?.byName.has(element.replace("[x]", "")) ?? false);
	if (isKnown && more.length === 0) return [{ type, element }];
	refuse(`_elements ${text.slice(0, 100)}`);
	return [];
}

/** One `Type?parameters`, or several separated by commas: a comma before a type and a question mark begins another. */
function filtersIn(value: string, types: readonly string[], reading: Reading): TypeFilter[] {
	return value.split(/,(?=[A-Z][A-Za-z]+\?)/).flatMap((text) => filterIn(text, types, reading) ?? []);
}

/** @throws Failure invalid - a value of the wrong form */
function filterIn(text: string, types: readonly string[], reading: Reading): TypeFilter | undefined {
	const refuse = (why: string) => {
		reading.refuse(`_typeFilter ${text.slice(0, 100)} (${why})`);
		return undefined;
	};
	const at = text.indexOf("?");
	const type = text.slice(0, Math.max(at, 0));
	if (!isResourceType(type) || at === text.length - 1) return refuse("it is Type?parameters");
	if (!reading.possible.has(type) || (types.length > 0 && !types.includes(type)))
		return refuse(`${type} is not exported`);
	const parameters = readParameters(text.slice(at + 1));
	if (parameters.some(([name]) => notFilters.test(name))) return refuse("parameters that select, only");
	const found = search(type, parameters, reading.base);
	if (typeof found === "string") return refuse(found);
	const { query, ignored } = found;
	if (ignored.length > 0) return refuse(`unknown: ${ignored.join(", ")}`);
	if (query.chains.length > 0 || query.reverseChains.length > 0) return refuse("no chains");
	if (query.filters.length === 0) return refuse("it selects nothing");
	if (query.filters.some(({ parameter }) => parameter.code === "_id")) return refuse("no _id");
	return { type, parameters };
}

/** A parsed search, or what of it is not supported. */
function search(type: string, parameters: ParameterList, base: string): ReturnType<typeof parseSearch> | string {
	try {
		return parseSearch(type, parameters, { base });
	} catch (error) {
		if (error instanceof Failure && error.kind === "not-supported") return error.message;
		throw error;
	}
}

function patientIn(reference: string): string {
	const found = /^(?:Patient\/)?([A-Za-z0-9\-.]{1,64})$/.exec(reference);
	if (found?.[1] === undefined) throw invalid([`patient: "${reference.slice(0, 100)}" is not Patient/id`]);
	return found[1];
}

function invalid(messages: readonly string[]): Failure {
	return new Failure(
		"invalid",
		messages.map((diagnostics) => ({ code: "invalid", diagnostics })),
	);
}
