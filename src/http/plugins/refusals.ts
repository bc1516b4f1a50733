import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AccessLog } from "../../audit/access-log.ts";
import { describe } from "./errors.ts";

/** What refuses a caller something of a person's, or keeps from them whether it is there. */
const refused: ReadonlySet<number> = new Set([403, 404, 410]);

const actions: Readonly<Record<string, string>> = {
	GET: "read",
	HEAD: "read",
	POST: "create",
	PUT: "update",
	PATCH: "update",
	DELETE: "delete",
};

/**
 * Notes in the access log what somebody signed in asked for and did not get, before they are told. Who has no valid token is nobody to be
 * named, and an address that leads nowhere is nothing that could be seen.
 */
export function registerRefusals(app: FastifyInstance, accessLog: AccessLog): void {
	app.addHook("onSend", (request, reply, _payload, done) => {
		if (!refused.has(reply.statusCode) || request.routeOptions.url === undefined) return done();
		// A refusal shows nothing, so it is given even where it cannot be noted.
		const failed = (error: unknown) => request.log.warn({ err: describe(error) }, "a refusal was not noted");
		note(request, accessLog)
			.catch(failed)
			.then(() => done());
	});
}

async function note(request: FastifyRequest, accessLog: AccessLog): Promise<void> {
	const caller = await request.caller().catch(() => undefined);
	if (caller === undefined) return;
	const action = actions[request.method] ?? request.method;
	await accessLog.record({ caller, action, target: targetOf(request), outcome: "refused" });
}

/** `vitals/12`: the route below its face with what its parameters name, as far as that can be an id. */
function targetOf({ routeOptions, params }: FastifyRequest): string {
	const named = params as Readonly<Record<string, string | undefined>>;
	const known = (name: string) => (/^[\w.-]{1,64}$/.test(named[name] ?? "") ? named[name] : "?");
	return (
		(routeOptions.url ?? "").replace(/^\/(?:api|fhir)\/?/, "").replace(/:(\w+)/g, (_, name) => known(name) ?? "?") ||
		"Bundle"
	);
}
