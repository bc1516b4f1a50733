import type { CompactParameter } from "./compact.ts";
import { parsePath, splitUnion } from "./path-expression.ts";

/** What is read of a SearchParameter. */
export interface SourceSearchParameter {
	readonly resourceType: "SearchParameter";
	readonly url: string;
	readonly code: string;
	readonly type: string;
	readonly base: readonly string[];
	readonly target?: readonly string[];
	readonly expression?: string;
}

const official = "http://hl7.org/fhir/SearchParameter/";
const indexable = new Set(["token", "reference", "string", "date", "number", "quantity", "uri"]);
/** Their values are whole resources, not references. */
const findsResources = /^Bundle\.entry\[0\]\.resource$/;

/** The official parameters by the type they are for, with the parts of their expression that concern that type. */
export function parametersByType(parameters: readonly SourceSearchParameter[]): Record<string, CompactParameter[]> {
	const byType: Record<string, CompactParameter[]> = {};
	for (const { url, code, type, base, target, expression } of parameters) {
		if (!url.startsWith(official)) continue;
		for (const one of base) {
			const own = indexable.has(type) && expression !== undefined ? expressionFor(one, expression) : undefined;
			byType[one] ??= [];
			byType[one].push({
				code,
				type,
				id: url.slice(official.length),
				...(target === undefined ? {} : { target }),
				...(own === undefined ? {} : { expression: own }),
			});
		}
	}
	return Object.fromEntries(Object.entries(byType).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function expressionFor(type: string, expression: string): string | undefined {
	// InsurancePlan's `name | alias` is written without its type.
	const written = splitUnion(expression).map((part) => (/^[a-z]/.test(part) ? `${type}.${part}` : part));
	const parts = written.filter((part) => part.replace(/^\(+/, "").split(".")[0] === type);
	if (parts.length === 0) return undefined;
	const plain = parts.every((part) => parsePath(part) !== undefined && !findsResources.test(part));
	return plain ? parts.join(" | ") : undefined;
}
