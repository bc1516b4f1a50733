import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import { isFhirUrl } from "./face.ts";

declare module "fastify" {
	interface FastifyRequest {
		/**
		 * Who asks, from `Authorization: Bearer`.
		 *
		 * @throws Failure unauthenticated; forbidden - a token that an app got by SMART, elsewhere than on /fhir
		 */
		caller(): Promise<Caller>;
		/** The bearer token as sent; undefined when there is none. */
		bearerToken(): string | undefined;
	}
}

/** Gives every request `caller()`; nothing is looked up until somebody asks. */
export function registerCaller(
	app: FastifyInstance,
	callerOfToken: (token: string) => Promise<Caller | undefined>,
): void {
	const identify = async (request: FastifyRequest) => {
		const caller = await bearerCaller(bearer(request.headers.authorization), callerOfToken);
		// Scopes speak of FHIR; what is elsewhere was never granted.
		if (caller.app !== undefined && !isFhirUrl(request.raw.url)) {
			throw new Failure("forbidden", "This token of an app is good for /fhir only");
		}
		return caller;
	};
	const known = new WeakMap<FastifyRequest, Promise<Caller>>();
	app.decorateRequest("bearerToken", function (this: FastifyRequest) {
		return bearer(this.headers.authorization);
	});
	app.decorateRequest("caller", function (this: FastifyRequest) {
		const pending = known.get(this) ?? identify(this);
		known.set(this, pending);
		return pending;
	});
}

async function bearerCaller(
	token: string | undefined,
	callerOfToken: (token: string) => Promise<Caller | undefined>,
): Promise<Caller> {
	if (token === undefined) throw new Failure("unauthenticated", "Sign in first: send Authorization: Bearer <token>");
	const caller = await callerOfToken(token);
	if (caller === undefined) throw new Failure("unauthenticated", "The token is not valid, or no longer");
	return caller;
}

/** The token of an Authorization header (RFC 6750 section 2.1); the scheme's case does not matter. */
function bearer(header: string | undefined): string | undefined {
	return /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header ?? "")?.[1];
}
