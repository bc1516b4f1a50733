import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { software } from "../software.ts";
import { withComponents } from "./components.ts";
import { tags } from "./tags.ts";

/** What openapi/native.json says besides the routes themselves. */
export const nativeDocument: FastifyDynamicSwaggerOptions = {
	openapi: {
		openapi: "3.1.0",
		info: {
			title: "Heart Recovery native REST",
			version: software.version,
			description: "The documented tables as JSON in camelCase. The same rows are served as FHIR R4 under /fhir.",
			license: { name: "Apache-2.0", identifier: "Apache-2.0" },
		},
		servers: [{ url: "/", description: "This server" }],
		tags: [...tags],
		components: {
			securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "Token of POST /api/auth/login" } },
		},
	},
	transform: ({ schema, url }) => ({
		schema: url.startsWith("/api/") && schema?.summary !== undefined ? schema : { hide: true },
		url,
	}),
	transformObject: (document) => ("openapiObject" in document ? withComponents(document.openapiObject) : {}),
};
