import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { serverCaller } from "../../access/caller.ts";
import type { AccessEntry } from "../../audit/access-log.ts";
import { Failure } from "../../fhir/failure.ts";
import { statusOf } from "../../fhir/outcome.ts";
import { refuseOtherMethods } from "../plugins/refuse-methods.ts";
import type { SmartServices } from "./services.ts";

const hidden = { schema: { hide: true }, bodyLimit: 64 * 1024 };

/** Path of the registration endpoint. */
export const registrationPath = "/oauth/register";

/** `/oauth/register`: apps register themselves (RFC 7591), read and end that (RFC 7592), where the operator lets them. */
export function registerRegistration(app: FastifyInstance, { registrations, accessLog }: SmartServices): void {
	if (registrations === undefined) return;
	const note = (clientId: string | undefined, action: string, outcome: AccessEntry["outcome"]) => {
		const named = clientId === undefined ? "app" : `app:${clientId}`;
		const target = clientId === undefined ? "app" : `app/${clientId}`;
		return accessLog.record({ caller: { ...serverCaller, actor: named }, action, target, outcome });
	};

	void app.register(async (scope) => {
		scope.setErrorHandler(async (error, request, reply) => {
			const { id } = request.params as { id?: string };
			if (!(error instanceof Failure)) throw error;
			await note(error.kind === "unauthenticated" ? id : undefined, "register", "refused");
			return sendRefusal(reply, error);
		});

		scope.post(registrationPath, hidden, async (request, reply) => {
			if (typeof request.body !== "object") throw new Failure("invalid", "client metadata is JSON", { expression: "" });
			const made = await registrations.register(request.body, request.ip);
			await note(String(made.client_id), "register", "success");
			return reply.code(201).headers(kept).send(made);
		});

		scope.get<{ Params: { id: string } }>(`${registrationPath}/:id`, hidden, async (request, reply) => {
			const { id } = request.params;
			const found = await registrations.read(id, tokenIn(request));
			await note(id, "read", "success");
			return reply.headers(kept).send(found);
		});

		scope.delete<{ Params: { id: string } }>(`${registrationPath}/:id`, hidden, async (request, reply) => {
			const { id } = request.params;
			await registrations.remove(id, tokenIn(request));
			await note(id, "delete", "success");
			return reply.code(204).send();
		});
	});
	refuseOtherMethods(app, registrationPath, ["POST"]);
	refuseOtherMethods(app, `${registrationPath}/:id`, ["GET", "DELETE"]);
}

/** Answers hold secrets. */
const kept = { "cache-control": "no-store", pragma: "no-cache" };

/** @throws Failure unauthenticated */
function tokenIn(request: FastifyRequest): string {
	const token = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
	if (token === undefined) throw new Failure("unauthenticated", "The registration access token is missing");
	return token;
}

/** As RFC 7591, section 3.2.2, and RFC 6750 want failures. */
function sendRefusal(reply: FastifyReply, failure: Failure): FastifyReply {
	if (failure.retryAfterSeconds !== undefined) reply.header("retry-after", String(failure.retryAfterSeconds));
	if (failure.kind === "unauthenticated") reply.header("www-authenticate", 'Bearer error="invalid_token"');
	return reply
		.code(statusOf(failure))
		.headers(kept)
		.send({ error: errorOf(failure), error_description: failure.message });
}

function errorOf({ kind, issues }: Failure): string {
	if (kind === "unauthenticated") return "invalid_token";
	if (kind !== "invalid") return "invalid_request";
	const redirects = issues.every(({ expression }) => expression?.startsWith("redirect_uris"));
	return redirects ? "invalid_redirect_uri" : "invalid_client_metadata";
}
