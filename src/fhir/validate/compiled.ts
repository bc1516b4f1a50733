import { Ajv, type ValidateFunction } from "ajv";
import { isResourceType } from "../definitions/definitions.ts";
import { isObject, type Json } from "../json.ts";
import { findingsOf } from "./findings.ts";
import { type Found, structure } from "./found.ts";
import { type At, keyword, keywords } from "./keywords.ts";
import { memberKeywords } from "./member-keywords.ts";
import { formats } from "./primitives.ts";
import { references, schemaOf } from "./schema.ts";
import { newVisit, type Visit } from "./visit.ts";

const ajv = new Ajv({
	allErrors: true,
	// The words of an issue are made of the value that was refused and the schema that refused it.
	verbose: true,
	messages: false,
	// Keywords find the Visit in `this`.
	passContext: true,
	// One function for a data type, however many elements are of it: inlined, a single resource type takes seconds to compile.
	inlineRefs: false,
	unicodeRegExp: false,
	strictTypes: false,
	// The schemas are made here, not received.
	validateSchema: false,
	meta: false,
	formats,
	keywords: ["fhirType", ...keywords, ...memberKeywords, keyword("resource", (place: Place) => resourceCheck(place))],
});

type Place = "contained" | "whole";

/**
 * What the compiled schema of a resource type finds in a resource. The schema is compiled at the type's first use, with the data types no
 * other needed yet.
 *
 * @param type - a concrete R4 resource type
 * @param instancePath - JSON pointer to the resource, which the findings' pointers continue
 */
export function findings(type: string, resource: Json, visit: Visit, instancePath = ""): Found[] {
	const validate = ajv.getSchema(type) ?? compile(type);
	const at = { instancePath, parentData: undefined, parentDataProperty: "", rootData: resource, dynamicAnchors: {} };
	// What ajv declares leaves out that parentData may be missing.
	return validate.call(visit, resource, at as never) ? [] : findingsOf(validate.errors ?? []);
}

function compile(type: string): ValidateFunction {
	const wanted = new Set([type]);
	for (const name of wanted) {
		if (ajv.schemas[name] !== undefined) continue;
		const schema = schemaOf(name);
		if (schema === undefined) throw new Error(`R4 has no type ${name}`);
		ajv.addSchema(schema);
		for (const other of references(schema)) wanted.add(other);
	}
	return ajv.getSchema(type) as ValidateFunction;
}

/** contained, Bundle.entry.resource, Parameters.parameter.resource: a resource of whatever type it says. */
function resourceCheck(place: Place): (this: Visit, value: Json, at: At) => readonly Found[] | undefined {
	return function check(value, { instancePath }) {
		if (!isObject(value)) return undefined;
		const type = value.resourceType;
		if (typeof type !== "string" || !isResourceType(type)) {
			return [structure("resourceType must name a resource type of FHIR R4", "/resourceType")];
		}
		const isContained = place === "contained";
		if (isContained && value.contained !== undefined) {
			return [structure("A contained resource must not contain others (R4 dom-2)", "/contained")];
		}
		// What a stored Bundle or Parameters carries may be meant for a transaction.
		const found = findings(type, value, isContained ? this : newVisit(value, true), instancePath);
		return found.map((one) => ({ ...one, member: (one.member ?? "").slice(instancePath.length) }));
	};
}
