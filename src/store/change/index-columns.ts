import { searchParametersOf } from "../../fhir/definitions/definitions.ts";
import { isObject, type Json, type JsonObject } from "../../fhir/json.ts";
import type { Mapping } from "../../mapping/define.ts";
import { project } from "../../mapping/project.ts";
import type { Residue } from "../../mapping/residue.ts";
import { unitsOf } from "../../mapping/tree.ts";
import type { Row, Unit } from "../../mapping/unit.ts";
import { differingParameters, extract, extractOne, mainDate } from "../../search/extract.ts";
import { sourcesOf } from "../../search/native-values.ts";
import type { IndexEntries } from "../../search/params/kind.ts";
import { rowColumn } from "../../search/sql/native-columns.ts";
import { columnName } from "../../tables/columns.ts";

/** Index columns of `fhir.resource`, as JSON for a set-based insert. */
export interface IndexColumns {
	readonly at: string | null;
	readonly terms: readonly string[];
	readonly strings: readonly IndexEntries["strings"][number][];
	readonly dates: readonly IndexEntries["dates"][number][];
	readonly numbers: readonly IndexEntries["numbers"][number][];
	readonly overrides: readonly string[];
	readonly guards: Readonly<Record<string, readonly string[]>> | null;
}

/** Index columns of a resource stored whole. */
export function indexWhole(resource: JsonObject, entries = extract(resource)): IndexColumns {
	return {
		...columns(entries),
		at: mainDate(entries, resource.resourceType as string),
		overrides: [],
		guards: null,
	};
}

/**
 * Index columns of a residue: only for the parameters that find something else in the resource than its row gives, and per column
 * which of these parameters stop to hold when the column is edited past this server (`guards`).
 */
export function indexResidue(mapping: Mapping, sent: JsonObject, row: Row, residue: Residue): IndexColumns {
	const { versionId: _version, lastUpdated: _updated, ...sentMeta } = (sent.meta ?? {}) as JsonObject;
	if (Object.keys(sentMeta).length === 0 && overridesNothing(mapping, residue)) return nothingIndexed;
	const resource = withProfiles(sent, mapping.profiles);
	const overrides = differingParameters(resource, withProfiles(project(mapping, row), mapping.profiles));
	const entries: IndexEntries = { terms: new Set(), strings: [], dates: [], numbers: [] };
	const guards: Record<string, string[]> = {};
	const parameters = searchParametersOf(mapping.type);
	for (const code of overrides) {
		const parameter = parameters.get(code);
		if (parameter === undefined) continue;
		extractOne(resource, parameter, entries);
		for (const { unit } of sourcesOf(mapping, parameter, rowColumn)) {
			for (const property of unit.columns) {
				const column = columnName(property);
				guards[column] = [...(guards[column] ?? []), code];
			}
		}
	}
	return { ...columns(entries), at: null, overrides, guards: Object.keys(guards).length === 0 ? null : guards };
}

/** Nothing to be found by. */
export const nothingIndexed: IndexColumns = {
	at: null,
	terms: [],
	strings: [],
	dates: [],
	numbers: [],
	overrides: [],
	guards: null,
};

/**
 * Whether it is plain that a search finds by such a residue what it finds by the row: other words for the same codes, and elements no
 * parameter looks at. Most residues are of this kind; of the others the values are compared.
 */
function overridesNothing(mapping: Mapping, { extra, exact = {} }: Residue): boolean {
	if (extra !== undefined) return false;
	const units = unitsByPath(mapping);
	return Object.entries(exact).every(([path, { is }]) => {
		const unit = units.get(path);
		if (unit?.constant !== undefined) return isObject(is) && sameCodes(unit.constant, is);
		return unit?.fixed === true && !isSearched(mapping, unit);
	});
}

const unitsKnown = new WeakMap<Mapping, ReadonlyMap<string, Unit>>();

function unitsByPath(mapping: Mapping): ReadonlyMap<string, Unit> {
	const known = unitsKnown.get(mapping) ?? new Map(unitsOf(mapping.root).map(({ path, unit }) => [path, unit]));
	unitsKnown.set(mapping, known);
	return known;
}

const searchedKnown = new WeakMap<Unit, boolean>();

function isSearched(mapping: Mapping, unit: Unit): boolean {
	const known =
		searchedKnown.get(unit) ??
		[...searchParametersOf(mapping.type).values()].some((parameter) =>
			sourcesOf(mapping, parameter, rowColumn).some((source) => source.unit === unit),
		);
	searchedKnown.set(unit, known);
	return known;
}

/** Two concepts with the same codes in the same order, whatever their words. */
function sameCodes(one: Json, other: JsonObject): boolean {
	if (!isObject(one) || Object.keys(other).some((name) => name !== "coding" && name !== "text")) return false;
	const codes = ({ coding }: JsonObject) =>
		Array.isArray(coding) ? coding.map((item) => (isObject(item) ? [item.system, item.code] : item)) : coding;
	return JSON.stringify(codes(one)) === JSON.stringify(codes(other));
}

/** The resource as it will be read: a mapping's profiles are declared in any case. */
function withProfiles(resource: JsonObject, profiles: readonly string[]): JsonObject {
	const meta = (resource.meta ?? {}) as JsonObject;
	const all = new Set([...profiles, ...((meta.profile as string[] | undefined) ?? [])]);
	return { ...resource, meta: { ...meta, ...(all.size === 0 ? {} : { profile: [...all] }) } };
}

function columns(entries: IndexEntries): Pick<IndexColumns, "terms" | "strings" | "dates" | "numbers"> {
	return { terms: [...entries.terms], strings: entries.strings, dates: entries.dates, numbers: entries.numbers };
}
