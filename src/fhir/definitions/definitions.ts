import { readFileSync } from "node:fs";
import type { CompactCodes, CompactType } from "./compact.ts";

export type { PathExpression, PathStep } from "./path-expression.ts";
export {
	patientCompartmentParams,
	type SearchParameter,
	searchParametersOf,
	unsupportedSearchParameters,
} from "./search-parameters.ts";

/** An element of a type, after the R4 StructureDefinition. */
export interface ElementDefinition {
	/** Without `[x]`. */
	readonly name: string;
	/** `Patient.deceased[x]`. */
	readonly path: string;
	/** Whether the JSON member is named after its type (`deceasedBoolean`). */
	readonly isChoice: boolean;
	/** Data types, primitive types, backbones (`Patient.contact`), or `Resource`. */
	readonly types: readonly string[];
	readonly min: number;
	/** Infinity for `*`. */
	readonly max: number;
	/** Codes by system where the binding is required and its value set lists all of its codes. */
	readonly codes?: ReadonlyMap<string, ReadonlySet<string>>;
	readonly isSummary: boolean;
	readonly isModifier: boolean;
}

/** How an element is found under one JSON member name. */
export interface ElementProperty {
	readonly element: ElementDefinition;
	/** The type of values under this name. */
	readonly type: string;
}

/** A resource type, data type or backbone. */
export interface TypeDefinition {
	readonly name: string;
	readonly kind: CompactType["kind"];
	readonly elements: readonly ElementDefinition[];
	/** By JSON member name: `name`, `deceasedBoolean`, `deceasedDateTime`; not the `_` siblings. */
	readonly properties: ReadonlyMap<string, ElementProperty>;
	/** By element name without `[x]`. */
	readonly byName: ReadonlyMap<string, ElementDefinition>;
}

const source = read<Record<string, CompactType>>("r4-types.json");
const codes = read<CompactCodes>("r4-codes.json");

const compiledTypes = new Map<string, TypeDefinition>();
const compiledCodes = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();

/** The 146 concrete resource types of FHIR R4 (4.0.1), sorted. */
export const resourceTypes: readonly string[] = Object.keys(source)
	.filter((name) => source[name]?.kind === "resource")
	.sort();

const resourceTypeSet: ReadonlySet<string> = new Set(resourceTypes);

/** Whether a text is the name of a concrete R4 resource type. */
export function isResourceType(name: string): boolean {
	return resourceTypeSet.has(name);
}

/** The definition of a resource type, data type or backbone (`Patient.contact`); undefined for primitives and unknown names. */
export function typeDefinition(name: string): TypeDefinition | undefined {
	const known = compiledTypes.get(name);
	if (known !== undefined) return known;
	if (!Object.hasOwn(source, name)) return undefined;
	const made = compile(name, source[name] as CompactType);
	compiledTypes.set(name, made);
	return made;
}

/** Root elements of a resource type that `_summary=true` shows; choices as `value[x]`. */
export function summaryElements(type: string): string[] {
	return elementNames(type, (element) => element.isSummary);
}

/** Root elements of a resource type that must be there; choices as `value[x]`. */
export function mandatoryElements(type: string): string[] {
	return elementNames(type, (element) => element.min > 0);
}

function elementNames(type: string, wanted: (element: ElementDefinition) => boolean): string[] {
	const elements = typeDefinition(type)?.elements ?? [];
	return elements.filter(wanted).map((element) => (element.isChoice ? `${element.name}[x]` : element.name));
}

function compile(name: string, { kind, elements }: CompactType): TypeDefinition {
	const compiled = Object.entries(elements).map(([key, element]): ElementDefinition => {
		const isChoice = key.endsWith("[x]");
		const allowed = element.valueSet === undefined ? undefined : codesOf(element.valueSet);
		return {
			name: isChoice ? key.slice(0, -3) : key,
			path: `${name}.${key}`,
			isChoice,
			types: element.types,
			min: element.min ?? 0,
			max: element.max === "*" ? Number.POSITIVE_INFINITY : Number(element.max ?? 1),
			...(allowed === undefined ? {} : { codes: allowed }),
			isSummary: element.summary === true,
			isModifier: element.modifier === true,
		};
	});
	const properties = new Map<string, ElementProperty>();
	for (const element of compiled) {
		for (const type of element.types) {
			const suffix = element.isChoice ? type.charAt(0).toUpperCase() + type.slice(1) : "";
			properties.set(element.name + suffix, { element, type });
		}
	}
	return { name, kind, elements: compiled, properties, byName: new Map(compiled.map((one) => [one.name, one])) };
}

function codesOf(valueSet: string): ReadonlyMap<string, ReadonlySet<string>> | undefined {
	const known = compiledCodes.get(valueSet);
	if (known !== undefined) return known;
	const listed = codes[valueSet];
	if (listed === undefined) return undefined;
	const made = new Map(Object.entries(listed).map(([system, some]) => [system, new Set(some)]));
	compiledCodes.set(valueSet, made);
	return made;
}

function read<T>(file: string): T {
	return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as T;
}
