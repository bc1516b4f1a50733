import type { CompactElement, CompactType } from "./compact.ts";

interface SourceElement {
	readonly path: string;
	readonly min: number;
	readonly max: string;
	readonly type?: readonly { readonly code: string }[];
	readonly contentReference?: string;
	readonly isSummary?: boolean;
	readonly isModifier?: boolean;
	readonly binding?: { readonly strength: string; readonly valueSet?: string };
}

/** What is read of a StructureDefinition. */
export interface SourceStructure {
	readonly resourceType: "StructureDefinition";
	readonly id: string;
	readonly kind: "resource" | "complex-type" | "primitive-type" | "logical";
	readonly abstract: boolean;
	readonly derivation?: "specialization" | "constraint";
	readonly snapshot: { readonly element: readonly SourceElement[] };
}

/** The elements of every type, backbones under their path (`Patient.contact`), and the value sets of required bindings. */
export function compactTypes(structures: readonly SourceStructure[]): {
	types: Record<string, CompactType>;
	valueSets: ReadonlySet<string>;
} {
	const types: Record<string, CompactType> = {};
	const valueSets = new Set<string>();
	for (const structure of structures) {
		if (structure.kind === "primitive-type" || structure.derivation === "constraint") continue;
		const elements = structure.snapshot.element;
		const kind = structure.kind === "resource" ? (structure.abstract ? "abstract" : "resource") : "complex";
		types[structure.id] = { kind, elements: {} };
		for (const element of elements) {
			if (elements.some(({ path }) => path.startsWith(`${element.path}.`)) && element.path !== structure.id) {
				types[element.path] = { kind: "backbone", elements: {} };
			}
		}
		for (const element of elements.slice(1)) {
			const at = element.path.lastIndexOf(".");
			const owner = types[element.path.slice(0, at)];
			if (owner === undefined) throw new Error(`No type holds ${element.path}`);
			if (element.max === "0") continue;
			const required = element.binding?.strength === "required" ? element.binding.valueSet?.split("|")[0] : undefined;
			if (required !== undefined) valueSets.add(required);
			owner.elements[element.path.slice(at + 1)] = compactElement(
				element,
				typesOf(element, types, structure),
				required,
			);
		}
	}
	return { types, valueSets };
}

function typesOf(element: SourceElement, types: Record<string, CompactType>, structure: SourceStructure): string[] {
	if (types[element.path]?.kind === "backbone") return [element.path];
	if (element.contentReference !== undefined) return [element.contentReference.replace(/^.*#/, "")];
	return (element.type ?? []).map(({ code }) => {
		if (!code.startsWith("http://hl7.org/fhirpath/")) return code;
		return structure.kind === "resource" && element.path === `${structure.id}.id`
			? "id"
			: element.path === "Extension.url"
				? "uri"
				: "string";
	});
}

function compactElement(element: SourceElement, types: string[], valueSet: string | undefined): CompactElement {
	return {
		types,
		...(element.min > 0 ? { min: element.min } : {}),
		...(element.max === "1" ? {} : { max: element.max }),
		...(element.isSummary ? { summary: true } : {}),
		...(element.isModifier ? { modifier: true } : {}),
		...(valueSet === undefined ? {} : { valueSet }),
	};
}
