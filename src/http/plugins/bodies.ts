import type { FastifyInstance } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import { isFhirUrl } from "./face.ts";

/** Seconds a request may take to arrive; Fastify sets no limit, and whoever never ends one would keep a connection for ever. */
const arrivalSeconds = 300;

/**
 * How bodies reach handlers. Under /fhir as raw text (`fhir/json` parses it, keeping decimals as written); under /api as parsed JSON.
 * Forms come as raw text on both. Anything else is 415, and what takes too long to arrive 408.
 */
export function registerBodies(app: FastifyInstance): void {
	app.server.requestTimeout = arrivalSeconds * 1000;
	app.removeAllContentTypeParsers();
	app.addHook("onRequest", ({ headers }, _reply, done) => {
		const encoding = headers["content-encoding"];
		if (encoding === undefined || encoding.toLowerCase() === "identity") done();
		else done(new Failure("unsupported-media-type", "Send the body as it is: no Content-Encoding is supported"));
	});
	app.addContentTypeParser<string>(
		/^(?:application|text)\/(?:[a-z.-]+\+)?json(?:\s*;|$)/i,
		{ parseAs: "string" },
		(request, text, done) => {
			if (isFhirUrl(request.raw.url)) done(null, text);
			else if (text === "") done(null, undefined);
			else parse(text, done);
		},
	);
	app.addContentTypeParser<string>("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, text, done) =>
		done(null, text),
	);
}

function parse(text: string, done: (error: Error | null, body?: unknown) => void): void {
	try {
		done(null, JSON.parse(text, refusePrototypes));
	} catch (error) {
		// What the parser says quotes the body, a password perhaps: it must not become a detail, which is logged.
		done(error instanceof Failure ? error : new Failure("invalid", "The body is not JSON", { expression: "" }));
	}
}

function refusePrototypes(key: string, value: unknown): unknown {
	if (key === "__proto__") throw new Failure("invalid", "__proto__ is not known here", { expression: "__proto__" });
	return value;
}
