import type { FastifyInstance } from "fastify";

declare module "fastify" {
	interface FastifyInstance {
		/**
		 * From now on the server says that it is not ready, and that each connection ends with its answer, but still answers everything:
		 * who sends requests here has time to notice before it stops listening.
		 */
		startDraining(): void;
		isDraining(): boolean;
	}
}

/** Lets a server be taken out of service without a request being lost: `startDraining`, wait until nobody sends any more, `close`. */
export function registerDrain(app: FastifyInstance): void {
	let draining = false;
	app.decorate("startDraining", () => {
		draining = true;
	});
	app.decorate("isDraining", () => draining);
	app.addHook("preClose", async () => app.startDraining());
	app.addHook("onSend", (_request, reply, payload, done) => {
		if (draining) reply.header("connection", "close");
		done(null, payload);
	});
}
