import type { FastifyInstance, FastifyRequest } from "fastify";

/**
 * Gives parameters of paths and queries the type their schema says before they are checked: numbers and booleans, which a URL can only
 * spell. What does not spell one stays text, and the check says so.
 */
export function registerTypedParameters(app: FastifyInstance): void {
	app.addHook("preValidation", (request, _reply, done) => {
		const { querystring, params } = request.routeOptions.schema ?? {};
		if (querystring !== undefined) request.query = typed(request.query, querystring);
		if (params !== undefined) request.params = typed(request.params, params);
		done();
	});
}

function typed(given: unknown, schema: unknown): FastifyRequest["query"] {
	const properties = (schema as { properties?: Record<string, { type?: unknown }> } | undefined)?.properties;
	if (properties === undefined || typeof given !== "object" || given === null) return given;
	return Object.fromEntries(
		Object.entries(given).map(([name, value]) => [
			name,
			Object.hasOwn(properties, name) && typeof value === "string" ? spelled(value, properties[name]?.type) : value,
		]),
	);
}

function spelled(text: string, type: unknown): unknown {
	if ((type === "integer" || type === "number") && /^-?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,2})?$/i.test(text))
		return Number(text);
	if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
	return text;
}
