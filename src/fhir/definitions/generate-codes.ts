import type { CompactCodes } from "./compact.ts";

interface Concept {
	readonly code: string;
	readonly concept?: readonly Concept[];
}

interface Inclusion {
	readonly system?: string;
	readonly concept?: readonly { readonly code: string }[];
	readonly filter?: readonly unknown[];
	readonly valueSet?: readonly string[];
}

/** What is read of a ValueSet. */
export interface SourceValueSet {
	readonly resourceType: "ValueSet";
	readonly url: string;
	readonly compose?: { readonly include: readonly Inclusion[]; readonly exclude?: readonly Inclusion[] };
}

/** What is read of a CodeSystem. */
export interface SourceCodeSystem {
	readonly resourceType: "CodeSystem";
	readonly url: string;
	readonly content: string;
	readonly concept?: readonly Concept[];
}

/** A value set with more codes than this is not checked. */
const maxCodes = 2000;

/** The codes of each value set that its definition lists completely; others (MIME types, languages, currencies by grammar) are left out. */
export function codesOf(
	urls: ReadonlySet<string>,
	valueSets: readonly SourceValueSet[],
	codeSystems: readonly SourceCodeSystem[],
): CompactCodes {
	const setOf = new Map(valueSets.map((one) => [one.url, one]));
	const systemOf = new Map(codeSystems.map((one) => [one.url, one]));

	function expand(url: string, depth: number): Map<string, Set<string>> | undefined {
		const compose = setOf.get(url.split("|")[0] ?? url)?.compose;
		if (compose === undefined || depth > 5) return undefined;
		const codes = new Map<string, Set<string>>();
		for (const inclusion of compose.include) {
			const included = codesIncluded(inclusion, depth);
			if (included === undefined) return undefined;
			for (const [system, some] of included) codes.set(system, new Set([...(codes.get(system) ?? []), ...some]));
		}
		for (const exclusion of compose.exclude ?? []) {
			if (exclusion.system === undefined || exclusion.concept === undefined) return undefined;
			for (const { code } of exclusion.concept) codes.get(exclusion.system)?.delete(code);
		}
		return codes;
	}

	function codesIncluded(inclusion: Inclusion, depth: number): Map<string, Set<string>> | undefined {
		if (inclusion.filter !== undefined) return undefined;
		if (inclusion.valueSet !== undefined) {
			if (inclusion.system !== undefined || inclusion.valueSet.length !== 1) return undefined;
			return expand(inclusion.valueSet[0] as string, depth + 1);
		}
		if (inclusion.system === undefined) return undefined;
		if (inclusion.concept !== undefined) {
			return new Map([[inclusion.system, new Set(inclusion.concept.map(({ code }) => code))]]);
		}
		const system = systemOf.get(inclusion.system);
		if (system?.content !== "complete" || system.concept === undefined) return undefined;
		return new Map([[inclusion.system, new Set(flat(system.concept))]]);
	}

	const result: CompactCodes = {};
	for (const url of [...urls].sort()) {
		const codes = expand(url, 0);
		if (codes === undefined) continue;
		const count = [...codes.values()].reduce((sum, some) => sum + some.size, 0);
		if (count === 0 || count >= maxCodes) continue;
		result[url] = Object.fromEntries([...codes].map(([system, some]) => [system, [...some]]));
	}
	return result;
}

function flat(concepts: readonly Concept[]): string[] {
	return concepts.flatMap(({ code, concept }) => [code, ...flat(concept ?? [])]);
}
