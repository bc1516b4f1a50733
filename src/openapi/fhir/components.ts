import { resourceTypes } from "../../fhir/definitions/definitions.ts";
import type { Part } from "./document.ts";

const mediaType = "application/fhir+json";

/** A reference to a component. */
export function ref(kind: "schemas" | "responses" | "requestBodies" | "parameters", name: string): Part {
	return { $ref: `#/components/${kind}/${name}` };
}

/** Failures by status: the name of their component, and when they come. */
export const failures = {
	400: ["Invalid", "Something in the request is wrong; `issue.expression` names the element"],
	401: ["Unauthenticated", "No token, or none that is valid any longer"],
	403: ["Forbidden", "It may be seen, but not done by this caller"],
	404: ["NotFound", "There is no such resource, or it may not be seen"],
	406: ["NotAcceptable", "Only JSON is answered"],
	409: ["Conflict", "It collides with something that is there"],
	410: ["Gone", "The resource was deleted"],
	412: ["PreconditionFailed", "If-Match names another version, or a condition matches several resources"],
	413: ["TooLarge", "The body is too large"],
	415: ["UnsupportedMediaType", "Only JSON is read"],
	422: ["Unprocessable", "The Idempotency-Key came with another body before"],
	503: ["Unavailable", "The server cannot answer now; see Retry-After"],
} as const;

/** Headers of an answer with one version of a resource. */
const versionHeaders = {
	ETag: { description: 'The version: `W/"3"`', schema: { type: "string" } },
	"Last-Modified": { description: "When the version was made", schema: { type: "string" } },
};

/** Every resource type once, and the few shapes that are alike everywhere. */
export function schemas(): Part {
	return {
		Resource: {
			type: "object",
			required: ["resourceType"],
			properties: {
				resourceType: { type: "string" },
				id: { type: "string", pattern: "^[A-Za-z0-9\\-.]{1,64}$" },
				meta: { type: "object", description: "`versionId` and `lastUpdated` are the server's" },
			},
		},
		...Object.fromEntries(
			resourceTypes.map((type) => [
				type,
				{
					allOf: [ref("schemas", "Resource"), ofType(type)],
					externalDocs: { url: `https://hl7.org/fhir/R4/${type.toLowerCase()}.html` },
				},
			]),
		),
		OperationOutcome: {
			allOf: [ref("schemas", "Resource"), ofType("OperationOutcome")],
			required: ["issue"],
			properties: {
				issue: {
					type: "array",
					minItems: 1,
					items: {
						type: "object",
						required: ["severity", "code"],
						properties: {
							severity: { enum: ["fatal", "error", "warning", "information"] },
							code: { type: "string", description: "ValueSet issue-type" },
							diagnostics: { type: "string" },
							expression: { type: "array", items: { type: "string" }, description: "FHIRPath of the element" },
						},
					},
				},
			},
		},
	};
}

function ofType(type: string): Part {
	return { properties: { resourceType: { const: type } } };
}

/** One answer per resource type, and one per kind of failure. */
export function answers(): Part {
	const resource = (type: string) => [
		type,
		{ description: `The ${type}`, headers: versionHeaders, content: { [mediaType]: { schema: ref("schemas", type) } } },
	];
	const failure = ([status, [name, description]]: [string, readonly [string, string]]) => {
		const code = status === "404" ? "not-found" : "invalid";
		const example = {
			resourceType: "OperationOutcome",
			issue: [{ severity: "error", code, diagnostics: description }],
		};
		return [name, { description, content: { [mediaType]: { schema: ref("schemas", "OperationOutcome"), example } } }];
	};
	return {
		...Object.fromEntries(resourceTypes.map(resource)),
		...Object.fromEntries(Object.entries(failures).map(failure)),
		Matches: {
			description: "A Bundle of what was found",
			content: { [mediaType]: { schema: ref("schemas", "Bundle") } },
		},
		Versions: {
			description: "A Bundle of versions, newest first",
			content: { [mediaType]: { schema: ref("schemas", "Bundle") } },
		},
		Deleted: { description: "It is not there now" },
		NotModified: { description: "It is as If-None-Match or If-Modified-Since says" },
	};
}

/** One body per resource type, and the form of a search. */
export function bodies(): Part {
	const body = (type: string) => [
		type,
		{
			required: true,
			content: { [mediaType]: { schema: ref("schemas", type), ...(examples[type] && { example: examples[type] }) } },
		},
	];
	const form = { type: "object", additionalProperties: { type: "string" }, examples: [{ _count: "10" }] };
	return {
		...Object.fromEntries(resourceTypes.map(body)),
		Patch: {
			required: true,
			description: "A JSON Patch (RFC 6902), or a FHIRPath Patch",
			content: {
				"application/json-patch+json": {
					schema: jsonPatch,
					example: [{ op: "replace", path: "/status", value: "amended" }],
				},
				[mediaType]: { schema: ref("schemas", "Parameters") },
			},
		},
		Search: {
			description: "The search's parameters, as in a query",
			content: { "application/x-www-form-urlencoded": { schema: form } },
		},
	};
}

const jsonPatch = {
	type: "array",
	items: {
		type: "object",
		required: ["op", "path"],
		properties: {
			op: { enum: ["add", "remove", "replace", "move", "copy", "test"] },
			path: { type: "string" },
			from: { type: "string" },
			value: {},
		},
	},
};

const ofPatient = { subject: { reference: "Patient/1" } };

/** What to begin with: a resource of each kind that becomes a row, and a transaction. */
const examples: Readonly<Record<string, Part>> = {
	Patient: {
		resourceType: "Patient",
		name: [{ family: "Byron", given: ["Ada"] }],
		gender: "female",
		birthDate: "1955-12-10",
	},
	Observation: {
		resourceType: "Observation",
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		...ofPatient,
		effectiveDateTime: "2026-11-24T08:30:00Z",
		valueQuantity: { value: 71, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
	},
	MedicationStatement: {
		resourceType: "MedicationStatement",
		status: "active",
		medicationCodeableConcept: { text: "Metoprolol" },
		...ofPatient,
	},
	Appointment: {
		resourceType: "Appointment",
		status: "booked",
		start: "2026-12-01T09:00:00Z",
		end: "2026-12-01T09:30:00Z",
		participant: [{ actor: { reference: "Patient/1" }, status: "accepted" }],
	},
	Bundle: {
		resourceType: "Bundle",
		type: "transaction",
		entry: [
			{
				resource: { resourceType: "Condition", ...ofPatient, code: { text: "Coronary artery disease" } },
				request: { method: "POST", url: "Condition" },
			},
		],
	},
};
