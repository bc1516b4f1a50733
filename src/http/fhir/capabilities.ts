import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { stringify } from "../../fhir/json.ts";
import { capabilityStatement } from "./capability-statement.ts";
import { negotiate } from "./negotiate.ts";
import { readParameters } from "./parameters.ts";
import { ready, withBody } from "./send.ts";
import type { FhirServices } from "./services.ts";

/** `GET [base]/metadata` (R4 http 3.1.0.12): for everybody, computed once, with an ETag of its content. */
export function serveCapabilities(app: FastifyInstance, services: FhirServices): void {
	let computed: { readonly text: string; readonly etag: string } | undefined;
	app.get("/fhir/metadata", { schema: { hide: true } }, async (request, reply) => {
		const parameters = readParameters(request.raw.url?.split("?").slice(1).join("?") ?? "");
		const answer = negotiate(request.headers.accept, parameters);
		computed ??= compute(services);
		const { text, etag } = computed;
		reply.header("etag", etag);
		if (request.headers["if-none-match"] === etag) return reply.code(304).send();
		return ready(withBody(200, text, answer))(reply);
	});
}

function compute(services: FhirServices): { readonly text: string; readonly etag: string } {
	const text = stringify(capabilityStatement(services));
	return { text, etag: `W/"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"` };
}
