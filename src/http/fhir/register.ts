import type { FastifyInstance, FastifyRequest } from "fastify";
import { refuseOtherMethods } from "../plugins/refuse-methods.ts";
import { recordAccess } from "./access-record.ts";
import { bundle } from "./bundle.ts";
import { serveCapabilities } from "./capabilities.ts";
import { readRequest } from "./http-request.ts";
import type { Interaction } from "./interaction.ts";
import { interactions, targetOf } from "./interactions.ts";
import { perform } from "./perform.ts";
import { preferenceApplied } from "./preferences.ts";
import { send, sendText } from "./send.ts";
import type { FhirServices } from "./services.ts";

/** Puts the FHIR interactions under /fhir: one route per row of the interactions table, 405 for every other method there. */
export function registerFhir(app: FastifyInstance, services: FhirServices): void {
	for (const interaction of interactions) serve(app, services, interaction);
	serveBundles(app, services);
	serveCapabilities(app, services);
	const allowed = Map.groupBy(interactions, ({ path }) => path);
	for (const [path, all] of allowed) {
		const more = path === "/" ? ["POST"] : [];
		refuseOtherMethods(app, urlOf(path), [...new Set([...all.map(({ method }) => method), ...more])]);
	}
	refuseOtherMethods(app, urlOf("/metadata"), ["GET"]);
}

function serve(app: FastifyInstance, services: FhirServices, interaction: Interaction): void {
	app.route({
		method: interaction.method,
		url: urlOf(interaction.path),
		schema: notInNative,
		onRequest: signedIn,
		handler: async (request, reply) => {
			const caller = await request.caller();
			const target = targetOf(request.params as Record<string, string>);
			const { asked, answer, dryRun } = readRequest(request, target, services.base);
			const mode = { dryRun, returns: "representation" } as const;
			const result = await perform(services.database, caller, interaction, asked, mode);
			await recordAccess(services.accessLog, caller, interaction.code, nameOf(asked.target), result.touched);
			if (interaction.kind === "writing") {
				const applied = preferenceApplied(asked.preferences, dryRun);
				if (applied !== undefined) reply.header("preference-applied", applied);
			}
			return send(reply, result, answer, services.base);
		},
	});
}

function serveBundles(app: FastifyInstance, services: FhirServices): void {
	app.post(urlOf("/"), { schema: notInNative, onRequest: signedIn }, async (request, reply) => {
		const caller = await request.caller();
		const { asked, answer, dryRun } = readRequest(request, targetOf({}), services.base);
		const { text, code, touched } = await bundle(services, caller, asked, {
			dryRun,
			onFault: (error) => request.log.error({ err: error }, "unexpected failure"),
		});
		await recordAccess(services.accessLog, caller, code, "Bundle", touched);
		const applied = preferenceApplied(asked.preferences, dryRun);
		if (applied !== undefined) reply.header("preference-applied", applied);
		return sendText(reply, text, answer);
	});
}

/** `/docs/json` describes the native side; FHIR describes itself at /metadata. */
const notInNative = { hide: true };

/** Strangers are turned away before any body is read. */
async function signedIn(request: FastifyRequest): Promise<void> {
	await request.caller();
}

function urlOf(path: string): string {
	return path === "/" ? "/fhir" : `/fhir${path}`;
}

/** Route-level name for the access log: which resource or type, never a search's values. */
function nameOf({ type, id }: { readonly type: string; readonly id: string }): string {
	return id === "" ? type : `${type}/${id}`;
}
