import { isResourceType } from "../definitions/definitions.ts";
import type { Issue } from "../failure.ts";
import { isObject, type Json } from "../json.ts";
import { findings } from "./compiled.ts";
import type { Found } from "./found.ts";
import { enoughErrors, maxDepth, TooDeep } from "./keywords.ts";
import { newVisit } from "./visit.ts";

/**
 * Everything that is wrong with the structure of a resource (R4 json 2.1.0, validation 2.5): unknown elements, cardinality, types, the forms
 * of primitives, codes of required bindings, references, contained resources. Invariants and profiles are not looked at.
 *
 * @param options.conditionalReferences - whether `Type?query` is allowed in references (entries of a transaction). Default: false
 * @returns the issues, at most 100, one for a value; empty for a valid resource. `expression` uses JSON names:
 * `Patient.name[0].family`, `Observation.valueQuantity`
 */
export function validateResource(resource: Json, options: { readonly conditionalReferences?: boolean } = {}): Issue[] {
	if (!isObject(resource)) return [{ code: "structure", diagnostics: "A resource must be a JSON object" }];
	const type = resource.resourceType;
	if (typeof type !== "string") {
		return [{ code: "required", diagnostics: "resourceType is missing", expression: "resourceType" }];
	}
	if (!isResourceType(type)) {
		const diagnostics = `"${type.slice(0, 64)}" is not a resource type of FHIR R4`;
		return [{ code: "structure", diagnostics, expression: "resourceType" }];
	}
	const visit = newVisit(resource, options.conditionalReferences ?? false);
	try {
		return findings(type, resource, visit)
			.slice(0, enoughErrors)
			.map((found) => issueOf(type, found));
	} catch (error) {
		if (!(error instanceof TooDeep)) throw error;
		return [{ code: "structure", diagnostics: `Nested deeper than ${maxDepth} levels`, expression: type }];
	}
}

function issueOf(type: string, { code, words, member = "" }: Found): Issue {
	const steps = member
		.slice(1)
		.split("/")
		.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step.replace(/^_/, "")}`));
	return { code, diagnostics: words, expression: member === "" ? type : type + steps.join("") };
}
