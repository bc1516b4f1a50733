import type { FastifyInstance, HTTPMethods } from "fastify";
import { Failure } from "../../fhir/failure.ts";

declare module "fastify" {
	interface FastifyContextConfig {
		/** The route is there only to say 405, to whomever. */
		refusesMethod?: true;
	}
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A path answers 405 and Allow to methods it does not have. */
export function refuseOtherMethods(app: FastifyInstance, url: string, allowed: readonly string[]): void {
	const refused: HTTPMethods[] = methods.filter((method) => !allowed.includes(method));
	app.route({
		method: refused,
		url,
		config: { refusesMethod: true },
		onRequest: async (request, reply) => {
			reply.header("allow", [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : [])].join(", "));
			throw new Failure("method-not-allowed", `${request.method} is not possible here`);
		},
		handler: async () => undefined,
	});
}
