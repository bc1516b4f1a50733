import type { FastifyInstance } from "fastify";

/** How long a database may take to answer before it counts as not reached, in milliseconds: what asks for readiness does not wait longer. */
const patienceMilliseconds = 2000;

/**
 * `/health/live`: the process answers. `/health/ready`: requests would be served, too: the database answers and takes writes, and the server
 * is not about to stop (else 503 with which of them it is).
 *
 * @param reachDatabase - rejects where it does not answer or takes no writes
 */
export function registerHealth(app: FastifyInstance, reachDatabase: () => Promise<void>): void {
	app.get("/health/live", async () => ({ status: "live" }));
	app.get("/health/ready", async (request, reply) => {
		if (app.isDraining()) return reply.code(503).send({ status: "stopping" });
		try {
			await within(patienceMilliseconds, reachDatabase());
			return { status: "ready" };
		} catch (error) {
			request.log.warn({ type: error instanceof Error ? error.name : typeof error }, "database not reached");
			return reply.code(503).send({ status: "database not reached" });
		}
	});
}

/** @throws Error when the work takes longer */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => late.reject(new Error("no answer in time")), milliseconds);
	try {
		await Promise.race([work, late.promise]);
	} finally {
		clearTimeout(timer);
	}
}
