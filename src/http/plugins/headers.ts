import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { isFhirUrl } from "./face.ts";

/** Headers of every answer (nothing is framed, sniffed, cached or told to other sites), and CORS on /fhir for browser apps. */
export async function registerHeaders(app: FastifyInstance): Promise<void> {
	app.addHook("onRequest", (_request, reply, done) => {
		reply.headers({
			"x-content-type-options": "nosniff",
			"referrer-policy": "no-referrer",
			"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
			"cache-control": "no-store",
		});
		done();
	});
	await app.register(cors, {
		delegator: (request, decide) => decide(null, isForApps(request.raw.url) ? fhirCors : { origin: false }),
	});
}

/** What browser apps ask that the authorization server does not answer by itself: FHIR, and the registration of apps. */
function isForApps(url: string | undefined): boolean {
	return isFhirUrl(url) || url?.startsWith("/oauth/register") === true;
}

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
