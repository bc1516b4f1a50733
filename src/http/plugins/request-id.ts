import type { FastifyInstance } from "fastify";
import { withRequestId } from "../../audit/request-id.ts";

/** Lets the access log know which request its rows belong to, without handing the id through every call. */
export function registerRequestId(app: FastifyInstance): void {
	// After the body is read: reading it continues in the connection's context, not in this request's.
	app.addHook("preValidation", (request, _reply, done) => withRequestId(request.id, done));
}
