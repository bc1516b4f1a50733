import { Failure } from "../../fhir/failure.ts";
import { type Json, type JsonObject, parseJson } from "../../fhir/json.ts";
import { applyFhirPathPatch } from "../../fhir/patch/fhirpath-patch.ts";
import { applyJsonPatch } from "../../fhir/patch/json-patch.ts";
import { wholeText } from "../../fhir/put-aside.ts";
import { checkContentType } from "./negotiate.ts";
import type { Patch } from "./request.ts";
import { resourceIn } from "./valid-body.ts";

/** The media type of RFC 6902. */
const jsonPatchType = "application/json-patch+json";

/**
 * The patch in the body of a request: a JSON Patch, or a FHIRPath Patch as a Parameters resource.
 *
 * @throws Failure unsupported-media-type | invalid
 */
export function patchInBody(contentType: string | undefined, body: unknown): Patch {
	if (typeof body !== "string" || body === "")
		throw new Failure("invalid", "A patch is needed as the body", { code: "required" });
	const mediaType = contentType?.split(";")[0]?.trim().toLowerCase();
	if (mediaType === jsonPatchType) return jsonPatch(parseJson(body));
	checkContentType(contentType);
	return fhirPathPatch(resourceIn(parseJson(body)));
}

/**
 * The patch in an entry of a Bundle: a Binary that has a JSON Patch, or a Parameters resource.
 *
 * @throws Failure invalid
 */
export function patchInEntry(resource: JsonObject | undefined): Patch {
	if (resource?.resourceType !== "Binary") return fhirPathPatch(resource ?? {});
	const { contentType, data } = resource;
	if (contentType !== jsonPatchType || typeof data !== "string") {
		throw new Failure("invalid", `A Binary that patches has contentType ${jsonPatchType} and data`, {
			expression: "Binary.contentType",
		});
	}
	return jsonPatch(parseJson(Buffer.from(wholeText(data), "base64").toString("utf8")));
}

function jsonPatch(patch: Json): Patch {
	return async (resource) => {
		const patched = applyJsonPatch(resource, patch);
		return resourceIn(patched);
	};
}

function fhirPathPatch(parameters: JsonObject): Patch {
	if (parameters.resourceType !== "Parameters") {
		throw new Failure("invalid", "A patch is a JSON Patch, or a Parameters resource (FHIRPath Patch)", {
			expression: "resourceType",
		});
	}
	return (resource) => applyFhirPathPatch(resource, parameters);
}
