import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import { isFhirUrl } from "./face.ts";
import { largeBody, readBody } from "./read-body.ts";
import type { Room } from "./room.ts";

declare module "fastify" {
	interface FastifyRequest {
		/** Says that the body is still worked on, though its sender may be gone. @returns says that it no longer is */
		holdBody(): () => void;
	}
}

/** Seconds a request may take to arrive; Fastify sets no limit, and whoever never ends one would keep a connection for ever. */
const arrivalSeconds = 300;

/**
 * How bodies reach handlers. Under /fhir as bytes, which the garbage collector does not copy while they wait (`fhir/put-aside` parses them, keeping
 * decimals as written and long base64 as it is); under /api as parsed JSON. Forms come as raw text on both. Anything else is 415, and what takes too long to arrive 408. Large bodies are not
 * read before there is room for them, which they keep until they are answered: else 503.
 */
export function registerBodies(app: FastifyInstance, room: Room): void {
	app.server.requestTimeout = arrivalSeconds * 1000;
	// Nor one on which nothing moves, in either direction.
	app.server.timeout = arrivalSeconds * 1000;
	app.removeAllContentTypeParsers();
	app.addHook("onRequest", ({ headers }, _reply, done) => {
		const encoding = headers["content-encoding"];
		if (encoding === undefined || encoding.toLowerCase() === "identity") done();
		else done(new Failure("unsupported-media-type", "Send the body as it is: no Content-Encoding is supported"));
	});
	const claims = claimsOn(app, room);
	app.addContentTypeParser(
		/^(?:application|text)\/(?:[a-z.-]+\+)?json(?:\s*;|$)/i,
		async (request: FastifyRequest, payload: IncomingMessage) => {
			const most = bodyLimitOf(request);
			const large = () => claims.take(request, most);
			const bytes = await readBody(payload, { announced: announcedBy(request), most, large });
			if (isFhirUrl(request.raw.url)) return bytes;
			return bytes.length === 0 ? undefined : parse(bytes.toString("utf8"));
		},
	);
	app.addContentTypeParser<string>("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, text, done) =>
		done(null, text),
	);
}

/** Has each large body take its room before it is read, and give it back when its request is answered and nobody works on it. */
function claimsOn(app: FastifyInstance, room: Room) {
	const releases = new WeakMap<FastifyRequest, () => () => void>();
	app.decorateRequest("holdBody", function (this: FastifyRequest) {
		return releases.get(this)?.() ?? (() => undefined);
	});
	const responses = new WeakMap<FastifyRequest, ServerResponse>();
	const take = async (request: FastifyRequest, bytes: number) => {
		const release = await room.take(bytes);
		let holders = 0;
		const hold = () => {
			holders++;
			let held = true;
			return () => {
				if (held && --holders === 0) release();
				held = false;
			};
		};
		releases.set(request, hold);
		const answered = hold();
		// Also where the client hung up before the answer.
		if (request.raw.socket.destroyed) answered();
		else responses.get(request)?.once("close", answered);
	};
	app.addHook("preParsing", (request, { raw }, payload, done) => {
		const announced = announcedBy(request);
		if (announced !== undefined && announced <= largeBody) return done(null, payload);
		responses.set(request, raw);
		// What is not announced takes room when it turns out to be large; what is too large is refused unread.
		if (announced === undefined || announced > bodyLimitOf(request)) return done(null, payload);
		take(request, announced).then(
			() => done(null, payload),
			(error: Error) => done(error),
		);
	});
	return { take };
}

function bodyLimitOf({ routeOptions }: FastifyRequest): number {
	return routeOptions.bodyLimit ?? Number.POSITIVE_INFINITY;
}

function announcedBy({ headers }: FastifyRequest): number | undefined {
	// Node answers what is not a number with 400.
	const length = headers["content-length"];
	return length === undefined ? undefined : Number(length);
}

/** @throws Failure invalid */
function parse(text: string): unknown {
	try {
		return JSON.parse(text, refusePrototypes);
	} catch (error) {
		// What the parser says quotes the body, a password perhaps: it must not become a detail, which is logged.
		throw error instanceof Failure ? error : new Failure("invalid", "The body is not JSON", { expression: "" });
	}
}

function refusePrototypes(key: string, value: unknown): unknown {
	if (key === "__proto__") throw new Failure("invalid", "__proto__ is not known here", { expression: "__proto__" });
	return value;
}
