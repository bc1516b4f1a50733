import type { AnySchemaObject, ErrorObject } from "ajv";
import { isRawNumber, type Json } from "../json.ts";
import { unknownCode } from "./codes.ts";
import { type Found, missing, structure } from "./found.ts";
import { primitiveChecks } from "./primitives.ts";

/**
 * What ajv's errors say in the words of this server: one finding for a value, however many rules it breaks.
 *
 * @param errors - with `verbose`, so that they hold the value and its schema
 * @returns `member` is the JSON pointer to what the finding is about
 */
export function findingsOf(errors: readonly ErrorObject[]): Found[] {
	const byMember = new Map<string, Found>();
	for (const error of errors) {
		const found = findingOf(error);
		const member = error.instancePath + (found.member ?? "");
		if (!byMember.has(member)) byMember.set(member, { ...found, member });
	}
	return [...byMember.values()];
}

function findingOf(error: ErrorObject): Found {
	const { keyword, params, instancePath } = error;
	// Keywords of ours.
	if (params.words !== undefined) return params as Found;
	const schema: AnySchemaObject = error.parentSchema ?? {};
	const data = error.data as Json;
	if (data === null) return structure("Must not be null; leave the element out");
	if (keyword === "type" && Array.isArray(data)) return structure("Must be a single value, not an array");
	if (keyword === "type" && schema.type === "array") return structure("Must be an array");
	if (keyword === "type" && schema.type === "object") return notAnObject(schema.$id);
	// JSON Schema takes a number that is kept as written for an object.
	if (isRawNumber(data) && schema.type === "object") return notAnObject(schema.$id);
	if (keyword === "additionalProperties") return unknownElement(params.additionalProperty);
	if (keyword === "required") return missing(schema.$id ?? "", params.missingProperty);
	if (keyword === "minItems" && Array.isArray(data)) return tooFew(data.length, params.limit);
	if (keyword === "maxItems") return structure(`At most ${params.limit} may be there`);
	const name = instancePath.split("/").findLast((step) => !/^\d*$/.test(step)) ?? "";
	const problem = primitiveChecks.get(schema.fhirType)?.(data);
	if (problem === undefined)
		return { code: "code-invalid", words: unknownCode(data, allowedCodes(params.allowedValues)) };
	return { code: typeof data === "object" ? "structure" : "value", words: `${name} ${problem}` };
}

function unknownElement(name: string): Found {
	return structure(`Unknown element "${name.slice(0, 64)}"`, /^\w{1,64}$/.test(name) ? `/${name}` : "");
}

function allowedCodes(values: readonly (string | null)[] = []): string[] {
	return values.filter((value) => value !== null);
}

function tooFew(length: number, least: number): Found {
	if (length === 0) return structure("An array must not be empty");
	return { code: "required", words: `Required at least ${least} times` };
}

function notAnObject(type: string | undefined): Found {
	return structure(type === undefined ? "Must be an object" : `Must be an object (${type})`);
}
