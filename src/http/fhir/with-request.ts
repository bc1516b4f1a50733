import type { FastifyRequest } from "fastify";
import { type ReadRequest, readRequest } from "./http-request.ts";
import type { Target } from "./request.ts";

/**
 * Reads an HTTP request and does something with it; what was put aside of its body stays that long, and its room is taken.
 *
 * @throws Failure - as readRequest and the work do
 */
export async function withRequest<T>(
	request: FastifyRequest,
	target: Target,
	{ base }: { readonly base: string },
	work: (read: ReadRequest) => Promise<T>,
): Promise<T> {
	const done = [request.holdBody()];
	try {
		return await work(readRequest(request, target, base, ({ release }) => done.push(release)));
	} finally {
		for (const release of done) release();
	}
}
