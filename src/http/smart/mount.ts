import middie from "@fastify/middie";
import type { FastifyInstance } from "fastify";
import type { AuthorizationServer } from "../../auth/server/authorization-server.ts";

/** `/oauth/…`: the authorization server answers by itself, before anything of ours reads the request's body. */
export async function mountAuthorizationServer(
	app: FastifyInstance,
	authorization: AuthorizationServer,
): Promise<void> {
	await app.register(async (oauth) => {
		await oauth.register(middie);
		oauth.use("/oauth", (request, response, next) => {
			// The library's own pages say more; every other answer of it gets at least this.
			response.setHeader("x-content-type-options", "nosniff");
			response.setHeader("referrer-policy", "no-referrer");
			response.setHeader("x-frame-options", "DENY");
			authorization.handle(request, response).catch(next);
		});
		// There must be a route for the middleware to run; it is never reached.
		oauth.route({
			method: ["GET", "POST", "OPTIONS"],
			url: "/oauth/*",
			schema: { hide: true },
			handler: async (_request, reply) => reply.callNotFound(),
		});
	});
}
