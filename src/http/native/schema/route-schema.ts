import { exampleOf } from "./example.ts";
import { object, type Properties, type Schema } from "./json-schema.ts";
import { type FailureStatus, failures, problem } from "./problems.ts";

/** What a route says of itself; Fastify checks requests by it, openapi/native.json shows it. */
export interface RouteDescription {
	/** camelCase, verb first, unique in the document: the method's name in generated clients. */
	readonly operationId: string;
	/** The group in the document: a collection's path, or one of `src/openapi/tags.ts`. */
	readonly tag: string;
	/** One line, without a full stop. */
	readonly summary: string;
	/** What the line leaves out. Markdown. */
	readonly description?: string;
	/** Path parameters, e.g. `idParams`. */
	readonly params?: Schema;
	/** Query parameters; they arrive as numbers and booleans where their schema says so. Any other is 400. */
	readonly query?: Properties;
	/** Query parameters that must be there. */
	readonly needs?: readonly string[];
	readonly body?: Schema;
	/** Good answers by status, each with a `description`; {@link nothing} for 204. */
	readonly answers: Readonly<Record<number, Schema>>;
	/** Failures beyond 400, 401 and 403: statuses, or statuses with words of their own. */
	readonly failures?: readonly FailureStatus[] | Readonly<Partial<Record<FailureStatus, string>>>;
	/** For everybody: no token is asked for. */
	readonly open?: true;
}

/** An answer without a body. */
export const nothing: Schema = { type: "null", description: "Done" };

/** The Fastify schema of a route. */
export function routeSchema(route: RouteDescription): object {
	const { operationId, tag, summary, description, params, query = {}, needs = [], body, answers, open } = route;
	const optional = Object.keys(query).filter((name) => !needs.includes(name));
	return {
		operationId,
		tags: [tag],
		summary,
		...(description === undefined ? {} : { description }),
		security: open ? [] : [{ bearer: [] }],
		...(params === undefined ? {} : { params }),
		querystring: object(query, { optional }),
		...(body === undefined ? {} : { body: body.content === undefined ? withExample(body) : body }),
		response: { ...byStatus(answers), ...refusals(route) },
	};
}

function byStatus(answers: RouteDescription["answers"]): Record<string, Schema> {
	return Object.fromEntries(
		Object.entries(answers).map(([status, answer]) => [
			status,
			answer.type === "null" || answer.content !== undefined ? answer : withExample(answer),
		]),
	);
}

/** What the document shows as an example of the whole; Fastify's document puts it beside the schema. */
function withExample(schema: Schema): Schema {
	return schema.examples === undefined ? { ...schema, examples: [exampleOf(schema)] } : schema;
}

function refusals({ failures: more = [], open, body }: RouteDescription): Record<string, Schema> {
	const common: FailureStatus[] = open ? [400] : [400, 401, 403];
	const ofBody: FailureStatus[] = body === undefined ? [] : [413, 415];
	const own: Partial<Record<FailureStatus, string>> = isList(more)
		? Object.fromEntries(more.map((status) => [status, failures[status]]))
		: more;
	const words = { ...Object.fromEntries([...common, ...ofBody].map((status) => [status, failures[status]])), ...own };
	return Object.fromEntries(Object.entries(words).map(([status, description]) => [status, problem(description)]));
}

function isList(given: NonNullable<RouteDescription["failures"]>): given is readonly FailureStatus[] {
	return Array.isArray(given);
}
