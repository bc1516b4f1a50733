import type { FastifyInstance } from "fastify";

/** `/health/live`: the process answers. `/health/ready`: it also reaches its database and is not about to stop (else 503). */
export function registerHealth(app: FastifyInstance, reachDatabase: () => Promise<void>): void {
	let draining = false;
	app.addHook("preClose", async () => {
		draining = true;
	});
	app.get("/health/live", async () => ({ status: "live" }));
	app.get("/health/ready", async (request, reply) => {
		if (draining) return reply.code(503).send({ status: "stopping" });
		try {
			await reachDatabase();
			return { status: "ready" };
		} catch (error) {
			request.log.warn({ type: error instanceof Error ? error.name : typeof error }, "database not reached");
			return reply.code(503).send({ status: "database not reached" });
		}
	});
}
