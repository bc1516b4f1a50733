import { searchParametersOf } from "../../fhir/definitions/definitions.ts";
import type { JsonObject } from "../../fhir/json.ts";
import type { Mapping } from "../../mapping/define.ts";
import { project } from "../../mapping/project.ts";
import type { Row } from "../../mapping/unit.ts";
import { differingParameters, extract, extractOne, mainDate } from "../../search/extract.ts";
import { sourcesOf } from "../../search/native-values.ts";
import type { IndexEntries } from "../../search/params/kind.ts";
import { rowColumn } from "../../search/sql/native-branch.ts";
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
export function indexResidue(mapping: Mapping, sent: JsonObject, row: Row): IndexColumns {
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

/** The resource as it will be read: a mapping's profiles are declared in any case. */
function withProfiles(resource: JsonObject, profiles: readonly string[]): JsonObject {
	const meta = (resource.meta ?? {}) as JsonObject;
	const all = new Set([...profiles, ...((meta.profile as string[] | undefined) ?? [])]);
	return { ...resource, meta: { ...meta, ...(all.size === 0 ? {} : { profile: [...all] }) } };
}

function columns(entries: IndexEntries): Pick<IndexColumns, "terms" | "strings" | "dates" | "numbers"> {
	return { terms: [...entries.terms], strings: entries.strings, dates: entries.dates, numbers: entries.numbers };
}
