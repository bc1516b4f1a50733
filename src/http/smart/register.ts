import type { FastifyInstance } from "fastify";
import { type Caller, callerOf, serverCaller } from "../../access/caller.ts";
import { findPerson } from "../../store/authorization/people.ts";
import { registerBrowserCaller } from "../plugins/browser-caller.ts";
import { registerApps } from "./apps-page.ts";
import { registerDiscovery } from "./discovery.ts";
import { registerHospitalSignIn } from "./hospital-routes.ts";
import { registerInteractions } from "./interaction-routes.ts";
import { mountAuthorizationServer } from "./mount.ts";
import { registerRegistration } from "./registration-routes.ts";
import type { SmartServices } from "./services.ts";
import { registerSessions } from "./session-routes.ts";

/** SMART on FHIR: the authorization server, its pages, and what tells apps where everything is. */
export async function registerSmart(app: FastifyInstance, services: SmartServices): Promise<void> {
	const { authorization, baseUrl, database } = services;
	registerBrowserCaller(app, async (request, reply): Promise<Caller | undefined> => {
		const userId = await authorization.sessions.userOf(request.raw, reply.raw);
		const person = userId === undefined ? undefined : await database.read(serverCaller, (tx) => findPerson(tx, userId));
		return person === undefined ? undefined : callerOf(person);
	});
	await mountAuthorizationServer(app, authorization);
	registerDiscovery(app, baseUrl, services.registrations !== undefined);
	registerRegistration(app, services);
	registerInteractions(app, services);
	registerSessions(app, services);
	registerHospitalSignIn(app, services);
	registerApps(app, services);
}
