import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

/** What openapi/native.json says besides the routes themselves. */
export const nativeDocument: FastifyDynamicSwaggerOptions = {
	openapi: {
		openapi: "3.1.0",
		info: {
			title: "Heart Recovery native REST",
			version: "0.1.0",
			description: "The documented tables as JSON in camelCase. The same rows are served as FHIR R4 under /fhir.",
		},
		components: {
			securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "Token of POST /api/auth/login" } },
		},
	},
	transform: ({ schema, url }) => ({
		schema: url.startsWith("/api/") && schema?.summary !== undefined ? schema : { hide: true },
		url,
	}),
};
