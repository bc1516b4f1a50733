import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { isFhirUrl } from "./face.ts";

/** Headers of every answer (nothing is framed, sniffed, cached or told to other sites), and CORS on /fhir for browser apps. */
export async function registerHeaders(app: FastifyInstance): Promise<void> {
	app.addHook("onRequest", (request, reply, done) => {
		reply.headers(always);
		// Only browsers say where they come from, and only they look at these.
		if (request.headers.origin !== undefined && isForApps(request.raw.url)) reply.headers(toOtherOrigins);
		done();
	});
	// Of its own, so that only preflights pass through it: to everything else it would add the same, at some cost for each request.
	await app.register(async (preflights) => {
		await preflights.register(cors, {
			delegator: (request, decide) => decide(null, isForApps(request.raw.url) ? fhirCors : { origin: false }),
		});
	});
}

/** What browser apps ask that the authorization server does not answer by itself: FHIR, and the registration of apps. */
function isForApps(url: string | undefined): boolean {
	return isFhirUrl(url) || url?.startsWith("/oauth/register") === true;
}

const always = {
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
	"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
	"cache-control": "no-store",
};

const fhirCors = {
	origin: "*",
	methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
	exposedHeaders: [
		"ETag",
		"Location",
		"Content-Location",
		"Last-Modified",
		"Preference-Applied",
		"Idempotent-Replayed",
		"Retry-After",
		"X-Progress",
		"Expires",
		"X-Request-Id",
	],
	maxAge: 600,
};

const toOtherOrigins = {
	"access-control-allow-origin": fhirCors.origin,
	"access-control-expose-headers": fhirCors.exposedHeaders.join(", "),
};
