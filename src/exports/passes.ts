import { searchParametersOf } from "../fhir/definitions/definitions.ts";
import { parseJson } from "../fhir/json.ts";
import { mappedTypes } from "../mapping/registry.ts";
import { mainDateParameter } from "../search/extract.ts";
import { parseSearch } from "../search/parse.ts";
import type { Filter, SearchQuery } from "../search/query.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import type { ExportRequest } from "./export-request.ts";
import { recordParameters } from "./exported-types.ts";
import { patientsNamed, type Records } from "./records.ts";

/** A search that finds a part of what is exported of a type, and which of its matches are that part. */
export interface Pass {
	readonly query: SearchQuery;
	keeps(version: ResourceVersion): boolean;
}

/** Matches read at once. */
const pageCount = 1000;

/** Resources looked up by id in one search. */
export const idsAtOnce = 500;

/** Patients asked for in one search: of types with rows one, whose index has them in order; of bodies as many as a search may list. */
const patientsAtOnce = 100;

/** The search for everything of a type that an export is asked for, whosever it is. */
export function wholeSearch(
	type: string,
	{ since, filters }: Pick<ExportRequest, "since" | "filters">,
	base: string,
): SearchQuery {
	const usual: [string, string][] = [["_count", String(pageCount)]];
	if (since !== undefined) usual.push(["_lastUpdated", `gt${since}`]);
	const { query } = parseSearch(type, usual, { base });
	const sets = filters
		.filter((one) => one.type === type)
		.map(({ parameters }) => parseSearch(type, parameters, { base }).query.filters);
	const [only, ...more] = sets;
	// The order of storing: no index is needed for it.
	const plain = { ...query, sort: [] };
	if (only === undefined) return plain;
	if (more.length === 0) return { ...plain, filters: [...query.filters, ...only] };
	return { ...plain, limits: new Map([[type, sets]]) };
}

/** Searches that find each resource of a type in some records once. */
export function passesOf(type: string, request: ExportRequest, base: string, records: Records): Pass[] {
	const query = wholeSearch(type, request, base);
	const { members } = records;
	if (members === undefined) return [{ query, keeps: records.includes }];
	const ids = [...members.keys()];
	if (type === "Patient") {
		return batches(ids, patientsAtOnce).map((some) => ({
			query: narrowed(query, "_id", { values: some.map((code) => ({ code })) }),
			keeps: records.includes,
		}));
	}
	const parameters = recordParameters(type);
	const hasRows = mappedTypes.includes(type);
	const ordered = hasRows ? inTime(type, query) : query;
	return parameters.flatMap((code, at) =>
		batches(ids, hasRows ? 1 : patientsAtOnce).map((some) => ({
			query: narrowed(ordered, code, { values: [{ references: some.map((id) => `Patient/${id}`) }] }),
			keeps: (version) => belongsTo(version, parameters.slice(0, at), some, members),
		})),
	);
}

/** The newest first, which indexes of one patient's rows have. */
function inTime(type: string, query: SearchQuery): SearchQuery {
	const parameter = searchParametersOf(type).get(mainDateParameter(type) ?? "");
	return parameter === undefined ? query : { ...query, sort: [{ parameter, descending: true }] };
}

/**
 * Whether a resource found by one of several searches is to be taken from this one: it is in the record of one of `some`, and was not found
 * by an earlier parameter, nor, where it is in nobody's record by itself, for other patients.
 */
function belongsTo(
	version: ResourceVersion,
	earlier: readonly string[],
	some: readonly string[],
	members: ReadonlyMap<string, number | null>,
): boolean {
	const { type, owner, text } = version;
	if (owner !== null && !some.some((id) => members.get(id) === owner)) return false;
	if (owner !== null && earlier.length === 0) return true;
	const resource = parseJson(text);
	const among = owner === null ? [...members.keys()] : some;
	if (earlier.some((code) => patientsNamed(type, code, resource).some((id) => among.includes(id)))) return false;
	if (owner !== null) return true;
	const here = recordParameters(type)[earlier.length] as string;
	const named = patientsNamed(type, here, resource);
	const first = among.find((id) => named.includes(id));
	return first !== undefined && some.includes(first);
}

/** A search with one filter more. */
export function narrowed(query: SearchQuery, code: string, filter: Pick<Filter, "values">): SearchQuery {
	const parameter = searchParametersOf(query.type ?? "Resource").get(code);
	if (parameter === undefined) throw new Error(`${query.type} is not searched by ${code}`);
	return { ...query, filters: [...query.filters, { parameter, ...filter }] };
}

/** A list in parts of at most so many. */
export function batches<T>(list: readonly T[], most: number): T[][] {
	return Array.from({ length: Math.ceil(list.length / most) }, (_, at) => list.slice(at * most, (at + 1) * most));
}
