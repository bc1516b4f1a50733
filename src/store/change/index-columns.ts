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
 *
 * @param text - of the residue, as it is stored
 */
export function indexResidue(
	mapping: Mapping,
	sent: JsonObject,
	row: Row,
	residue: Residue,
	text: string | undefined,
): IndexColumns {
	const { versionId: _version, lastUpdated: _updated, ...sentMeta } = (sent.meta ?? {}) as JsonObject;
	if (Object.keys(sentMeta).length > 0 || !isOfConstants(mapping, residue)) return compared(mapping, sent, row);
	// What is sent in place of constants is much the same from one sender, and what it is found by depends on nothing else.
	const texts = constantsKnown.get(mapping) ?? new Map<string, IndexColumns>();
	constantsKnown.set(mapping, texts);
	const known = texts.get(text ?? "");
	if (known !== undefined) return known;
	const isPlain = isOfSameCodes(mapping, residue);
	const index = isPlain ? nothingIndexed : compared(mapping, sent, row);
	if ((isPlain || !looksElsewhere(mapping, residue)) && (text?.length ?? 0) < longestKnown) {
		if (texts.size >= mostKnown) texts.clear();
		texts.set(text ?? "", index);
	}
	return index;
}

const constantsKnown = new WeakMap<Mapping, Map<string, IndexColumns>>();
const mostKnown = 500;
const longestKnown = 4000;

/** Looks at what each parameter finds in the resource, and in what its row gives. */
function compared(mapping: Mapping, sent: JsonObject, row: Row): IndexColumns {
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

/** Whether a residue has nothing but what was sent in place of constants, and elements no parameter looks at. Most are of this kind. */
function isOfConstants(mapping: Mapping, { extra, exact = {} }: Residue): boolean {
	if (extra !== undefined) return false;
	const units = unitsByPath(mapping);
	for (const path in exact) {
		const unit = units.get(path);
		if (unit?.constant === undefined && !(unit?.fixed === true && !isSearched(mapping, unit))) return false;
	}
	return true;
}

/** Whether every constant was sent with the same codes in other words: then a search finds what it finds by the row. */
function isOfSameCodes(mapping: Mapping, { exact = {} }: Residue): boolean {
	const units = unitsByPath(mapping);
	return Object.entries(exact).every(([path, { is }]) => {
		const constant = units.get(path)?.constant;
		return constant === undefined || (isObject(is) && sameCodes(constant, is));
	});
}

/** Two concepts with the same codes in the same order, whatever their words. */
function sameCodes(one: Json, other: JsonObject): boolean {
	if (!isObject(one) || Object.keys(other).some((name) => name !== "coding" && name !== "text")) return false;
	const codes = ({ coding }: JsonObject) =>
		Array.isArray(coding) ? coding.map((item) => (isObject(item) ? [item.system, item.code] : item)) : coding;
	return JSON.stringify(codes(one)) === JSON.stringify(codes(other));
}

/** Whether a parameter that looks at elements of the residue looks at others as well, which may be there or not. */
function looksElsewhere(mapping: Mapping, { exact = {} }: Residue): boolean {
	const units = unitsByPath(mapping);
	const changed = new Set(Object.keys(exact).map((path) => units.get(path)));
	return [...searchParametersOf(mapping.type).values()].some((parameter) => {
		const sources = sourcesOf(mapping, parameter, rowColumn);
		return sources.some(({ unit }) => changed.has(unit)) && sources.some(({ unit }) => !changed.has(unit));
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

/** The resource as it will be read: a mapping's profiles are declared in any case. */
function withProfiles(resource: JsonObject, profiles: readonly string[]): JsonObject {
	const meta = (resource.meta ?? {}) as JsonObject;
	const all = new Set([...profiles, ...((meta.profile as string[] | undefined) ?? [])]);
	return { ...resource, meta: { ...meta, ...(all.size === 0 ? {} : { profile: [...all] }) } };
}

function columns(entries: IndexEntries): Pick<IndexColumns, "terms" | "strings" | "dates" | "numbers"> {
	return { terms: [...entries.terms], strings: entries.strings, dates: entries.dates, numbers: entries.numbers };
}
