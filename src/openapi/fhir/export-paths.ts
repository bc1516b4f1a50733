import { ref } from "./components.ts";
import type { Part } from "./document.ts";
import { refusals } from "./operation.ts";

const tags = ["system"];
const text = { type: "string" };
const query = (name: string, description: string, schema: Part = text): Part => ({
	name,
	in: "query",
	description,
	schema,
});
const name = (of: string, description: string, pattern: string): Part => ({
	name: of,
	in: "path",
	required: true,
	description,
	schema: { type: "string", pattern },
});

const async: Part = {
	name: "Prefer",
	in: "header",
	required: true,
	description: "`respond-async`; with `handling=lenient` what is not supported is ignored, and told in an error file",
	schema: text,
	example: "respond-async",
};
const asked = [
	query("_type", "Resource types, separated by commas; all where it is left out"),
	query("_since", "Only what changed after this instant; what was deleted since is listed as deleted", {
		type: "string",
		format: "date-time",
	}),
	query("_elements", "Root elements, with or without their type in front (`id,Patient.name`)"),
	query("_typeFilter", "`Type?search parameters`: one of a type's must find a resource (`Observation?status=final`)"),
	query("_outputFormat", "`application/fhir+ndjson`, which is the only one"),
];
const parametersExample = { resourceType: "Parameters", parameter: [{ name: "_type", valueString: "Patient" }] };

const taken: Part = {
	description: "The export was taken on",
	headers: { "Content-Location": { description: "Where to ask how far it is", schema: text } },
	content: { "application/fhir+json": { schema: ref("schemas", "OperationOutcome") } },
};
const tooMany: Part = {
	description: "Too many exports under way or kept, or asked too often; see Retry-After",
	content: { "application/fhir+json": { schema: ref("schemas", "OperationOutcome") } },
};

/** The two kick-offs of a level. */
function kickOff(id: string, what: string, path: Part[]): Part {
	const responses = { 202: taken, 429: tooMany, ...refusals([400, 401, 403, 404, 503]) };
	const description = "Bulk Data Access 2: answered at once, made in the background with the rights of who asks.";
	return {
		get: {
			operationId: id,
			tags,
			summary: `Export ${what}`,
			description,
			parameters: [...path, async, ...asked],
			responses,
		},
		post: {
			operationId: `${id}ByPost`,
			tags,
			summary: `Export ${what}, the parameters in the body`,
			description: `${description} Patients and groups can be narrowed by \`patient\`.`,
			parameters: [...path, async],
			requestBody: {
				content: { "application/fhir+json": { schema: ref("schemas", "Parameters"), example: parametersExample } },
			},
			responses: { ...responses, ...refusals([413, 415]) },
		},
	};
}

const exportName = name("export", "The export, as Content-Location named it", "^[0-9a-f]{32}$");
const files: Part = {
	type: "array",
	items: {
		type: "object",
		required: ["type", "url"],
		properties: { type: text, url: { type: "string", format: "uri" }, count: { type: "integer" } },
	},
};

/** Bulk exports (Bulk Data Access 2). */
export const exportPaths: Readonly<Record<string, Part>> = {
	"/$export": kickOff("exportAll", "everything the caller may see", []),
	"/Patient/$export": kickOff("exportPatients", "the records of all patients the caller may see", []),
	"/Group/{id}/$export": kickOff("exportGroup", "the records of the members of a Group", [ref("parameters", "id")]),
	"/$export-status/{export}": {
		get: {
			operationId: "readExportStatus",
			tags,
			summary: "How far an export is; its files when it is done",
			parameters: [exportName],
			responses: {
				200: {
					description: "It is done",
					headers: { Expires: { description: "When it is deleted", schema: text } },
					content: {
						"application/json": {
							schema: {
								type: "object",
								required: ["transactionTime", "request", "requiresAccessToken", "output", "error"],
								properties: {
									transactionTime: { type: "string", format: "date-time" },
									request: text,
									requiresAccessToken: { const: true },
									output: files,
									deleted: files,
									error: files,
								},
							},
						},
					},
				},
				202: {
					description: "It is under way",
					headers: {
						"X-Progress": { description: "How far", schema: text },
						"Retry-After": { description: "Seconds until it is worth asking again", schema: { type: "integer" } },
					},
				},
				429: tooMany,
				...refusals([401, 403, 404, 503]),
			},
		},
		delete: {
			operationId: "deleteExport",
			tags,
			summary: "Stop an export, or delete a finished one",
			parameters: [exportName],
			responses: {
				202: {
					description: "It is gone",
					content: { "application/fhir+json": { schema: ref("schemas", "OperationOutcome") } },
				},
				...refusals([401, 404, 503]),
			},
		},
	},
	"/$export-file/{export}/{file}": {
		get: {
			operationId: "readExportFile",
			tags,
			summary: "A file of an export: one resource a line",
			parameters: [exportName, name("file", "Number of the file", "^[1-9][0-9]*$")],
			responses: {
				200: {
					description: "The file, compressed for who takes gzip",
					content: { "application/fhir+ndjson": { schema: text } },
				},
				...refusals([401, 403, 404, 503]),
			},
		},
	},
};
