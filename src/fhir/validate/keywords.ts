import { _, type ErrorObject, type FuncKeywordDefinition, type KeywordCxt, type KeywordDefinition } from "ajv";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { parseReference } from "../reference.ts";
import { conceptProblem } from "./codes.ts";
import { type Found, structure } from "./found.ts";
import { primitiveChecks } from "./primitives.ts";
import { isContainedId, type Visit } from "./visit.ts";

/** Errors after which a schema's function returns: more are not shown, and a hostile body stays cheap. */
export const enoughErrors = 100;

/** Deeper than any resource; parseJson ends there too. */
export const maxDepth = 200;

/** Thrown out of a validation, as compiled code has no other way to stop going deeper. */
export class TooDeep extends Error {}

/** Where a value is: its JSON pointer, and what it is a member of. */
export interface At {
	readonly instancePath: string;
	readonly parentData: JsonObject;
}

type Validate = { (value: Json, at?: unknown): boolean; errors?: Partial<ErrorObject>[] };
type Check = (this: Visit, value: Json, at: At) => Found | readonly Found[] | undefined;

/**
 * What JSON Schema cannot say of R4. Each keyword is a small check; `resource` is in `compiled.ts`, since it needs the validators.
 * Errors carry {@link Found} in `params`.
 */
export const keywords: readonly KeywordDefinition[] = [
	keyword("number", (name: string) => {
		const problem = primitiveChecks.get(name);
		return (value, at) => {
			// Whether a null among values is paired is for nullsPairedWith to say.
			if (value === null && Array.isArray(at.parentData)) return undefined;
			const words = problem?.(value);
			return words === undefined ? undefined : { code: "value", words };
		};
	}),
	keyword("filled", () => (value, at) => {
		if (!isObject(value)) return undefined;
		checkDepth(at.instancePath);
		for (const name in value) {
			if (name !== "id" && value[name] !== undefined) return undefined;
		}
		return structure("An object must not be empty");
	}),
	keyword("coded", ({ type, codes }: { type: "CodeableConcept" | "Coding"; codes: Record<string, string[]> }) => {
		const sets = new Map(Object.entries(codes).map(([system, listed]) => [system, new Set(listed)]));
		return (value) => {
			const words = conceptProblem(type, value, sets);
			return words === undefined ? undefined : { code: "code-invalid", words };
		};
	}),
	keyword("reference", () => checkReference),
	keyword("extensionValue", () => (value) => {
		if (!isObject(value)) return undefined;
		let hasValue = false;
		for (const name in value) if (/^_?value[A-Z]/.test(name)) hasValue = true;
		if (hasValue !== (value.extension !== undefined)) return undefined;
		return structure("An extension has either a value or extensions (R4 ext-1)");
	}),
	{
		keyword: "stopsWhenFull",
		schemaType: "boolean",
		post: true,
		// Runs while compiling: puts a way out behind the code of the item or member.
		code({ gen, it }: KeywordCxt) {
			gen.if(_`errors > ${enoughErrors}`, () => {
				gen.code(_`${it.validateName}.errors = vErrors`);
				gen.return(false);
			});
		},
	},
];

/** A keyword whose value is prepared once, when a schema is compiled; `type` is the type or backbone the schema is for. */
export function keyword<T>(name: string, prepare: (value: T, type: string) => Check): FuncKeywordDefinition {
	return {
		keyword: name,
		errors: "full",
		compile(schema: T, parentSchema) {
			const check = prepare(schema, parentSchema.$id ?? "");
			const validate: Validate = function (this: Visit, value: Json, at?: unknown): boolean {
				const found = check.call(this, value, at as At);
				if (found === undefined) return true;
				const all: readonly Found[] = Array.isArray(found) ? found : [found];
				validate.errors = all.map((one) => ({ keyword: name, params: { ...one } }));
				return all.length === 0;
			};
			return validate;
		},
	};
}

/** The form of Reference.reference (R4 references 2.3.0), and that `#x` names something contained (ref-1). */
function checkReference(this: Visit, value: Json): Found | undefined {
	const text = isObject(value) ? value.reference : undefined;
	if (typeof text !== "string" || text === "") return undefined;
	const wrong = (words: string): Found => ({ code: "value", words, member: "/reference" });
	const parsed = parseReference(text);
	if (parsed === undefined) return wrong("reference must be Type/id, a URL, urn:uuid:…, urn:oid:… or #id");
	if (parsed.kind === "conditional" && !this.conditionalReferences) {
		return wrong("References by search criteria are for transactions only");
	}
	if (parsed.kind === "fragment" && parsed.id !== "" && !isContainedId(this, parsed.id)) {
		return wrong(`Nothing contained has the id "${parsed.id}" (R4 ref-1)`);
	}
	return undefined;
}

function checkDepth(instancePath: string): void {
	// Two characters a level at least, so short paths need no counting.
	if (instancePath.length > 2 * maxDepth && (instancePath.match(/\/[^\d]/g)?.length ?? 0) >= maxDepth) {
		throw new TooDeep(instancePath);
	}
}
