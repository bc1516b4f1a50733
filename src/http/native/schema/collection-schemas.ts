import type { Collection } from "../descriptor.ts";
import type { Schema } from "./json-schema.ts";
import { idParams } from "./parameters.ts";
import { nothing, routeSchema } from "./route-schema.ts";
import { bodySchema, listParameters, pageOf, rowSchema, shapeName } from "./row-schemas.ts";

/** What Fastify checks and the documentation shows of a collection's routes. */
export interface RouteSchemas {
	readonly list: object;
	readonly create: object;
	readonly read: object;
	readonly replace: object;
	readonly patch: object;
	readonly remove: object;
}

/** The schemas of all routes of a collection, from its columns. */
export function collectionSchemas(collection: Collection): RouteSchemas {
	const { one, many, path: tag } = collection;
	const [name, names] = [shapeName(collection), shapeName({ ...collection, one: many })];
	const row = rowSchema(collection);
	const answer = (description: string): Schema => ({ description, ...row });
	return {
		list: routeSchema({
			operationId: `list${names}`,
			tag,
			summary: `List ${many}`,
			query: listParameters(collection),
			answers: { 200: { description: `A page of ${many}`, ...pageOf(row, `${name}Page`) } },
		}),
		create: routeSchema({
			operationId: `create${name}`,
			tag,
			summary: `Add one ${one}`,
			body: bodySchema(collection, true),
			answers: { 201: answer("It is stored") },
			failures: [409],
		}),
		read: routeSchema({
			operationId: `read${name}`,
			tag,
			summary: `Read one ${one}`,
			params: idParams,
			answers: { 200: answer("It"), 304: { type: "null", description: "It is as If-None-Match says" } },
			failures: [404],
		}),
		replace: routeSchema({
			operationId: `replace${name}`,
			tag,
			summary: `Replace one ${one}`,
			description: "What the body leaves out becomes empty, or its column's default.",
			params: idParams,
			body: bodySchema(collection, true),
			answers: { 200: answer("As it is now") },
			failures: [404, 409, 412],
		}),
		patch: routeSchema({
			operationId: `change${name}`,
			tag,
			summary: `Change one ${one}`,
			description: "What the body leaves out stays as it is.",
			params: idParams,
			body: bodySchema(collection, false),
			answers: { 200: answer("As it is now") },
			failures: [404, 409, 412],
		}),
		remove: routeSchema({
			operationId: `delete${name}`,
			tag,
			summary: `Delete one ${one}`,
			params: idParams,
			answers: { 204: nothing },
			failures: [404, 409, 412],
		}),
	};
}
