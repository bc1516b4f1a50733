import { ref } from "./components.ts";
import type { Part } from "./document.ts";
import { refusals } from "./operation.ts";

const tags = ["system"];

/** What is asked of the whole server and is no row of the interactions table. */
export const systemPaths: Readonly<Record<string, Part>> = {
	"/": {
		post: {
			operationId: "processBundle",
			tags,
			summary: "Carry out a batch or a transaction",
			description:
				"A transaction is done whole or not at all; every entry that fails is named by its index. In a batch each entry stands for itself.",
			parameters: ["Idempotency-Key", "Prefer", "X-Dry-Run"].map((name) => ref("parameters", name)),
			requestBody: ref("requestBodies", "Bundle"),
			responses: {
				200: ref("responses", "Bundle"),
				...refusals([400, 401, 403, 404, 409, 412, 413, 415, 422]),
			},
		},
	},
	"/metadata": {
		get: {
			operationId: "readCapabilities",
			tags,
			summary: "What the server can do, as a CapabilityStatement",
			security: [],
			parameters: [ref("parameters", "_pretty"), ref("parameters", "If-None-Match")],
			responses: {
				200: ref("responses", "CapabilityStatement"),
				304: ref("responses", "NotModified"),
				...refusals([400, 406]),
			},
		},
	},
	"/.well-known/smart-configuration": {
		get: {
			operationId: "readSmartConfiguration",
			tags,
			summary: "Where apps ask for access, and what is supported of SMART App Launch",
			security: [],
			responses: {
				200: {
					description: "SMART App Launch 2.2, conformance",
					content: { "application/json": { schema: { type: "object" } } },
				},
				...refusals([400]),
			},
		},
	},
};
