import { resourceTypes } from "../../fhir/definitions/definitions.ts";
import type { JsonObject } from "../../fhir/json.ts";
import { mappingsOf } from "../../mapping/registry.ts";
import { supportedSearchParameters } from "../../search/supported.ts";
import { interactions } from "./interactions.ts";
import type { FhirServices } from "./services.ts";

/** Moment of the last change to what the statement promises; it must not depend on when a server starts. */
const date = "2026-11-28";

/**
 * The CapabilityStatement (R4 http 3.1.0.12), computed from the routes, the search parameters and the mappings, so that it cannot
 * claim what is not there.
 */
export function capabilityStatement({ base, software }: Pick<FhirServices, "base" | "software">): JsonObject {
	return {
		resourceType: "CapabilityStatement",
		status: "active",
		date,
		kind: "instance",
		instantiates: ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],
		software: { ...software },
		implementation: { description: "Heart recovery data as FHIR R4", url: base },
		fhirVersion: "4.0.1",
		format: ["json", "application/fhir+json"],
		patchFormat: ["application/json-patch+json", "application/fhir+json"],
		rest: [
			{
				mode: "server",
				security: securityOf(base.replace(/\/fhir$/, "")),
				resource: resourceTypes.map(resourceOf),
				interaction: [...systemCodes(), "batch", "transaction"].map((code) => ({ code })),
				operation: [bulkOperation("export")],
			},
		],
	};
}

/** How to get a token (SMART App Launch 2.2, “Conformance”), with the addresses as older apps look for them. */
function securityOf(baseUrl: string): JsonObject {
	const oauth = `${baseUrl}/oauth`;
	const uris = {
		authorize: `${oauth}/auth`,
		token: `${oauth}/token`,
		introspect: `${oauth}/token/introspection`,
		revoke: `${oauth}/token/revocation`,
		manage: `${baseUrl}/apps`,
	};
	return {
		extension: [
			{
				url: "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
				extension: Object.entries(uris).map(([url, valueUri]) => ({ url, valueUri })),
			},
		],
		cors: true,
		service: [
			{
				coding: [
					{
						system: "http://terminology.hl7.org/CodeSystem/restful-security-service",
						code: "SMART-on-FHIR",
						display: "SMART-on-FHIR",
					},
				],
				text: "OAuth2 using the SMART App Launch profile (see http://docs.smarthealthit.org)",
			},
		],
		description:
			"Every request but this one needs a bearer token in the Authorization header: one that an app got by SMART App Launch or SMART Backend Services, or a person's own (POST /api/auth/login).",
	};
}

/** Bulk Data Access 2: the export of a type goes by another name than that of everything. */
const bulkOperations: Readonly<Record<string, string>> = { Patient: "patient-export", Group: "group-export" };

function bulkOperation(definition: string): JsonObject {
	return { name: "export", definition: `http://hl7.org/fhir/uv/bulkdata/OperationDefinition/${definition}` };
}

function resourceOf(type: string): JsonObject {
	const profiles = [...new Set(mappingsOf(type).flatMap((mapping) => mapping.profiles))];
	const parameters = supportedSearchParameters(type);
	const references = parameters.filter((parameter) => parameter.type === "reference").map(({ name }) => name);
	const included = references.map((name) => `${type}:${name}`);
	return {
		type,
		...(profiles.length === 0 ? {} : { supportedProfile: profiles }),
		interaction: typeCodes.map((code) => ({ code })),
		versioning: "versioned",
		readHistory: true,
		updateCreate: true,
		conditionalCreate: true,
		conditionalRead: "full-support",
		conditionalUpdate: true,
		conditionalDelete: "single",
		referencePolicy: ["literal", "logical", "local"],
		...(included.length === 0 ? {} : { searchInclude: included }),
		searchRevInclude: [...(type === "Patient" ? patientReferences() : []), "Provenance:target"],
		searchParam: parameters.map(({ name, type: kind, definition }) => ({ name, definition, type: kind })),
		...(bulkOperations[type] === undefined ? {} : { operation: [bulkOperation(bulkOperations[type])] }),
	};
}

const typeCodes = codesOf((level) => level !== "system");

function systemCodes(): readonly string[] {
	return codesOf((level) => level === "system");
}

function codesOf(wanted: (level: string) => boolean): readonly string[] {
	return [...new Set(interactions.filter(({ level }) => wanted(level)).map(({ code }) => code))];
}

/** What may be asked to come with a Patient: every type's references that can point to one. */
function patientReferences(): string[] {
	return resourceTypes.flatMap((type) =>
		supportedSearchParameters(type)
			.filter(
				(parameter) => parameter.type === "reference" && (parameter.name === "patient" || parameter.name === "subject"),
			)
			.map(({ name }) => `${type}:${name}`),
	);
}
