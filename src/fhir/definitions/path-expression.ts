/** One step along a path. */
export type PathStep =
	| { readonly kind: "element"; readonly name: string }
	/** `as X`, `.as(X)`, `.ofType(X)`: values of that type only. */
	| { readonly kind: "type"; readonly type: string }
	/** `.where(resolve() is X)`: references to that type only. */
	| { readonly kind: "refers-to"; readonly type: string }
	/** `.where(system='email')`: items with an element of that value only. */
	| { readonly kind: "equals"; readonly name: string; readonly value: string }
	| { readonly kind: "index"; readonly at: number }
	/** `X.exists() and X != false`, which only Patient.deceased has. */
	| { readonly kind: "exists-and-not-false" };

/** A path expression of a search parameter, compiled: `Patient.telecom.where(system='email')`. */
export interface PathExpression {
	/** The type it begins with: a resource type, Resource or DomainResource. */
	readonly root: string;
	readonly steps: readonly PathStep[];
	readonly expression: string;
}

/** The parts of a union `A.b | (B.c as D)`. */
export function splitUnion(expression: string): string[] {
	return expression.split(/\s*\|\s*/).map((part) => part.trim());
}

/** Compiles the subset of FHIRPath that search parameters use; undefined for anything else. */
export function parsePath(expression: string): PathExpression | undefined {
	const exists = /^([\w.]+)\.exists\(\) and \1 != false$/.exec(expression);
	if (exists !== null) {
		const path = parsePath(exists[1] as string);
		return path && { ...path, steps: [...path.steps, { kind: "exists-and-not-false" }], expression };
	}
	const steps: PathStep[] = [];
	let rest = ungroup(expression);
	const root = /^[A-Z]\w*/.exec(rest)?.[0];
	if (root === undefined) return undefined;
	rest = rest.slice(root.length);
	while (rest !== "") {
		const found = forms.map(([form, step]) => [form.exec(rest), step] as const).find(([match]) => match !== null);
		if (found?.[0] == null) return undefined;
		steps.push(found[1](found[0]));
		rest = rest.slice(found[0][0].length);
	}
	return { root, steps, expression };
}

const forms: readonly (readonly [RegExp, (match: RegExpExecArray) => PathStep])[] = [
	[/^\.(?:as|ofType)\((\w+)\)/, (match) => ({ kind: "type", type: match[1] as string })],
	[/^ as (\w+)/, (match) => ({ kind: "type", type: match[1] as string })],
	[/^\.where\(resolve\(\) is (\w+)\)/, (match) => ({ kind: "refers-to", type: match[1] as string })],
	[
		/^\.where\((\w+)\s*=\s*'([^']*)'\)/,
		(match) => ({ kind: "equals", name: match[1] as string, value: match[2] as string }),
	],
	[/^\[(\d+)\]/, (match) => ({ kind: "index", at: Number(match[1]) })],
	[/^\.(\w+)(?![\w(])/, (match) => ({ kind: "element", name: match[1] as string })],
];

/** `(A.b as C).d` -> `A.b as C.d`: steps apply from left to right anyway. */
function ungroup(expression: string): string {
	const found = /^\(((?:[^()]|\([^()]*(?:\(\))?[^()]*\))*)\)(.*)$/.exec(expression);
	return found === null ? expression : ungroup(found[1] as string) + (found[2] as string);
}
