import type { FastifyRequest } from "fastify";
import type { Caller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";

/** Who asks, an administrator. @param only - what others are told @throws Failure unauthenticated | forbidden */
export async function administrator(request: FastifyRequest, only: string): Promise<Caller> {
	const caller = await request.caller();
	if (caller.personRole !== "admin") throw new Failure("forbidden", only);
	return caller;
}
