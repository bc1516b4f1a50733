import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../access/caller.ts";

declare module "fastify" {
	interface FastifyRequest {
		/** Who is signed in in this browser, with all rights of that person; undefined where nobody is. Bearer tokens do not count. */
		browserCaller(reply: FastifyReply): Promise<Caller | undefined>;
	}
}

/** Gives every request `browserCaller()`, for pages; nothing is looked up until somebody asks. */
export function registerBrowserCaller(
	app: FastifyInstance,
	callerOfBrowser: (request: FastifyRequest, reply: FastifyReply) => Promise<Caller | undefined>,
): void {
	app.decorateRequest("browserCaller", function (this: FastifyRequest, reply: FastifyReply) {
		return callerOfBrowser(this, reply);
	});
}
