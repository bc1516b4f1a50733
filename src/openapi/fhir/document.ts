import { resourceTypes } from "../../fhir/definitions/definitions.ts";
import { interactions } from "../../http/fhir/interactions.ts";
import { mappingsOf } from "../../mapping/registry.ts";
import { software } from "../../software.ts";
import { answers, bodies, schemas } from "./components.ts";
import { exportPaths } from "./export-paths.ts";
import { operationOf } from "./operation.ts";
import { commonParameters, searchParameters } from "./parameters.ts";
import { systemPaths } from "./system-paths.ts";

/** A part of an OpenAPI document. */
export interface Part {
	readonly [name: string]: unknown;
}

/**
 * The FHIR side as OpenAPI 3.1: every type × interaction, from the same table and search parameters as the routes and the
 * CapabilityStatement. What is alike everywhere stands once, in components; resources are as R4 defines them, not repeated here.
 */
export function fhirDocument(): Part {
	return {
		openapi: "3.1.0",
		info: {
			title: "Heart Recovery FHIR R4",
			version: software.version,
			description:
				"HL7 FHIR R4 (4.0.1). What is supported is said in FHIR's own words at /fhir/metadata; /api has the same rows as they are.",
			license: { name: "Apache-2.0", identifier: "Apache-2.0" },
		},
		servers: [{ url: "/fhir", description: "This server" }],
		security: [{ bearer: [] }],
		tags: [
			{ name: "system", description: "All types together, and what the server can do" },
			...resourceTypes.map((name) => ({
				name,
				description: mappingsOf(name).length > 0 ? "Rows of the documented tables, else stored whole" : "Stored whole",
			})),
		],
		paths: {
			...systemPaths,
			...exportPaths,
			...pathsOf("system"),
			...Object.assign({}, ...resourceTypes.map(pathsOf)),
		},
		components: {
			securitySchemes: {
				bearer: { type: "http", scheme: "bearer", description: "Token of POST /api/auth/login, or of a SMART app" },
			},
			parameters: { ...commonParameters, ...searchParameters() },
			requestBodies: bodies(),
			responses: answers(),
			schemas: schemas(),
		},
	};
}

/** The paths of a type, or those of all types together, each with its operations. */
function pathsOf(tag: string): Part {
	const own = interactions.filter(({ level }) => (level === "system") === (tag === "system"));
	const byPath = Map.groupBy(own, ({ path }) => path.replace(":type", tag).replace(/:(\w+)/g, "{$1}"));
	return Object.fromEntries(
		[...byPath].map(([path, list]) => [
			path,
			{
				...systemPaths[path],
				...Object.fromEntries(
					list.map((interaction) => [interaction.method.toLowerCase(), operationOf(tag, interaction)]),
				),
			},
		]),
	);
}
