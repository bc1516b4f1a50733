import { randomUUID } from "node:crypto";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { sendFailure } from "./plugins/errors.ts";
import { loggerWhenUsed } from "./plugins/logger-when-used.ts";

/** What a bare server is made of; parts of the application are put on it by app.ts. */
export interface ServerOptions {
	/** Writes JSON lines; never given URLs, bodies or headers. */
	readonly log: FastifyBaseLogger;
	/** Longest request body, in bytes; longer is 413. */
	readonly bodyLimit: number;
	/** Addresses of proxies whose `X-Forwarded-*` are believed; empty for none. */
	readonly trustProxy: readonly string[];
}

/** A Fastify server with this project's conventions: request ids, no personal data in logs, `/x/` like `/x`, HEAD like GET. */
export function createServer(options: ServerOptions): FastifyInstance {
	const app = Fastify({
		loggerInstance: options.log,
		logController: new LogController({ disableRequestLogging: true }),
		childLoggerFactory: (logger, bindings, childOptions) => loggerWhenUsed(() => logger.child(bindings, childOptions)),
		bodyLimit: options.bodyLimit,
		// A page link of the longest search there may be (search/limits.ts), cursor and token must fit. Longer is 431.
		http: { maxHeaderSize: 64 * 1024 },
		trustProxy: options.trustProxy.length === 0 ? false : [...options.trustProxy],
		requestIdHeader: false,
		// What reaches a server that is about to stop is still answered.
		return503OnClosing: false,
		genReqId: (request) => givenRequestId(request.headers["x-request-id"]) ?? randomUUID(),
		routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
		frameworkErrors: (error, request, reply) => void sendFailure(error, request, reply),
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, useDefaults: false } },
	});
	// Hooks that wait for nothing call on: a promise for each costs more than they do.
	app.addHook("onRequest", (request, reply, done) => {
		reply.header("x-request-id", request.id);
		done();
	});
	app.addHook("onResponse", (request, reply, done) => {
		const entry = {
			reqId: request.id,
			method: request.method,
			route: request.routeOptions.url ?? "none",
			status: reply.statusCode,
			ms: Math.round(reply.elapsedTime),
		};
		app.log.info(entry, "request");
		done();
	});
	return app;
}

/** A client's own request id, if it is one that cannot disturb logs or headers. */
function givenRequestId(header: string | string[] | undefined): string | undefined {
	return typeof header === "string" && /^[A-Za-z0-9._:+/=-]{1,128}$/.test(header) ? header : undefined;
}
