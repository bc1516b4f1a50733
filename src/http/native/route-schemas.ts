import type { Collection } from "./descriptor.ts";
import { bodySchema, idSchema, pageSchema, querySchema, rowSchema, type Schema } from "./schemas.ts";

/** What Fastify checks and the documentation shows of a collection's routes. */
export interface RouteSchemas {
	readonly list: object;
	readonly create: object;
	readonly read: object;
	readonly replace: object;
	readonly patch: object;
	readonly remove: object;
}

/** Problem details (RFC 9457), as every failure on /api is told. */
const problemSchema: Schema = {
	type: "object",
	properties: {
		type: { type: "string" },
		title: { type: "string" },
		status: { type: "integer" },
		detail: { type: "string" },
		errors: {
			type: "array",
			items: {
				type: "object",
				properties: { path: { type: "string" }, message: { type: "string" } },
				required: ["path", "message"],
			},
		},
	},
	required: ["type", "title", "status", "detail", "errors"],
};

/** The answer of a failure, for the documentation. */
export const problem = (description: string) => ({
	description,
	content: { "application/problem+json": { schema: problemSchema } },
});

/** The schemas of all routes of a collection, from its columns. */
export function documented(collection: Collection): RouteSchemas {
	const { title, path } = collection;
	const common = { tags: [path], security: [{ bearer: [] }] };
	const row = { description: `The ${title}`, ...rowSchema(collection) };
	const refusals = {
		400: problem("Something in the request is wrong"),
		401: problem("Not signed in"),
		403: problem("Not allowed"),
	};
	const unseen = { ...refusals, 404: problem("There is no such row, or it may not be seen") };
	const races = {
		...unseen,
		409: problem("It collides with something"),
		412: problem("If-Match names another version"),
	};
	const empty = { type: "null", description: "Done" };
	return {
		list: {
			...common,
			summary: `List: ${title}`,
			querystring: querySchema(collection),
			response: { 200: pageSchema(collection), ...refusals },
		},
		create: {
			...common,
			summary: `Create: ${title}`,
			body: bodySchema(collection, true),
			response: { 201: row, ...refusals, 409: races[409] },
		},
		read: { ...common, summary: `Read: ${title}`, params: idSchema, response: { 200: row, ...unseen } },
		replace: {
			...common,
			summary: `Replace: ${title}`,
			params: idSchema,
			body: bodySchema(collection, true),
			response: { 200: row, ...races },
		},
		patch: {
			...common,
			summary: `Change: ${title}`,
			params: idSchema,
			body: bodySchema(collection, false),
			response: { 200: row, ...races },
		},
		remove: { ...common, summary: `Delete: ${title}`, params: idSchema, response: { 204: empty, ...races } },
	};
}
