import type { FastifyInstance } from "fastify";
import { type AuthServices, registerAuthRoutes } from "./auth-routes.ts";
import { type NativeServices, registerCollection } from "./collection.ts";
import { collections } from "./collections/all.ts";

/** Puts the native REST routes under /api. Whoever is not signed in hears that first, whatever else is wrong with the request. */
export async function registerNative(app: FastifyInstance, services: NativeServices & AuthServices): Promise<void> {
	await app.register(async (open) => registerAuthRoutes(open, services));
	await app.register(async (signedIn) => {
		signedIn.addHook("onRequest", async (request) => {
			await request.caller();
		});
		for (const collection of collections) registerCollection(signedIn, services, collection);
	});
}
