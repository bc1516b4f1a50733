import { isResourceType } from "../../fhir/definitions/definitions.ts";
import { Failure, type Issue } from "../../fhir/failure.ts";
import type { JsonObject } from "../../fhir/json.ts";
import { isObject, type Json } from "../../fhir/json.ts";
import { validateResource } from "../../fhir/validate/validate.ts";
import type { FhirRequest } from "./request.ts";

const idForm = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * The resource of a create or update: of the URL's type and valid R4.
 *
 * @param options.idMatters - false where the server chooses the id: whatever the client wrote there is not looked at
 * @throws Failure invalid - everything that is wrong with it at once, each with its expression
 */
export function validBody(request: FhirRequest, options: { readonly idMatters: boolean }): JsonObject {
	const { resource, target } = request;
	if (resource === undefined) throw new Failure("invalid", "A resource is needed as the body", { code: "required" });
	if (resource.resourceType !== target.type) {
		throw new Failure("invalid", `The URL names ${target.type}, the body's resourceType is ${typeNameOf(resource)}`, {
			expression: `${target.type}.resourceType`,
		});
	}
	const { id, ...rest } = resource;
	const looked = options.idMatters && id !== undefined ? resource : rest;
	const issues = issuesOf(looked, request);
	if (issues.length > 0) throw new Failure("invalid", issues);
	return resource;
}

/** What is not valid R4 in a resource; within a transaction references may be conditional. */
export function issuesOf(resource: JsonObject, { inTransaction }: Pick<FhirRequest, "inTransaction">): Issue[] {
	return validateResource(resource, { conditionalReferences: inTransaction !== undefined });
}

/** @throws Failure invalid - an id that FHIR does not allow, which an update would have to create */
export function checkedId(id: string): string {
	if (!idForm.test(id)) throw new Failure("invalid", "An id has 1 to 64 letters, digits, - and .", { code: "value" });
	return id;
}

/** @throws Failure not-found - the type is not one of R4's */
export function checkedType(type: string): string {
	if (!isResourceType(type)) throw new Failure("not-found", `"${type.slice(0, 64)}" is not a resource type of FHIR R4`);
	return type;
}

/** @throws Failure invalid - JSON that is not a resource */
export function resourceIn(json: Json): JsonObject {
	if (!isObject(json) || typeof json.resourceType !== "string") {
		throw new Failure("invalid", "The body must be a JSON object with a resourceType");
	}
	return json;
}

function typeNameOf(resource: JsonObject): string {
	return typeof resource.resourceType === "string" ? resource.resourceType.slice(0, 64) : "missing";
}
