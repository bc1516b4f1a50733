import type { FastifyInstance } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import { isFhirUrl } from "./face.ts";

/**
 * How bodies reach handlers. Under /fhir as raw text (`fhir/json` parses it, keeping decimals as written); under /api as parsed JSON.
 * Forms come as raw text on both. Anything else is 415.
 */
export function registerBodies(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addHook("onRequest", async ({ headers }) => {
		const encoding = headers["content-encoding"];
		if (encoding === undefined || encoding.toLowerCase() === "identity") return;
		throw new Failure("unsupported-media-type", "Send the body as it is: no Content-Encoding is supported");
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
		if (error instanceof Failure) done(error);
		else done(new Failure("invalid", "The body is not JSON", { detail: error, expression: "" }));
	}
}

function refusePrototypes(key: string, value: unknown): unknown {
	if (key === "__proto__") throw new Failure("invalid", "__proto__ is not known here", { expression: "__proto__" });
	return value;
}
