import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../access/caller.ts";
import { describe } from "../plugins/errors.ts";
import { refuseOtherMethods } from "../plugins/refuse-methods.ts";
import { openRoom } from "../plugins/room.ts";
import { notesOf, recordAccess, targetName } from "./access-record.ts";
import { bundle } from "./bundle.ts";
import { serveCapabilities } from "./capabilities.ts";
import type { ReadRequest } from "./http-request.ts";
import { answerKey } from "./idempotency-key.ts";
import type { Interaction } from "./interaction.ts";
import { interactions, targetOf } from "./interactions.ts";
import { type Done, once } from "./once.ts";
import { registerExports } from "./operations/register-exports.ts";
import { type Performed, perform } from "./perform.ts";
import { preferenceApplied } from "./preferences.ts";
import { asIf, forReal } from "./runs.ts";
import { outgoing, ready } from "./send.ts";
import type { FhirServices } from "./services.ts";
import { withRequest } from "./with-request.ts";

/** Puts the FHIR interactions under /fhir: one route per row of the interactions table, 405 for every other method there. */
export function registerFhir(app: FastifyInstance, services: FhirServices): void {
	for (const interaction of interactions) serve(app, services, interaction);
	serveBundles(app, services);
	serveCapabilities(app, services);
	registerExports(app, services);
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
			return withRequest(request, target, services, async (read) => {
				if (read.dryRun && interaction.kind === "writing") reply.header("preference-applied", "dry-run");
				const done = await performSingle(services, caller, interaction, request, read);
				if (interaction.kind === "writing") sayWhatApplied(reply, read, done);
				const send = sending(reply, done);
				return record(services, caller, interaction.code, targetName(target), read, done).then(send);
			});
		},
	});
}

/** One interaction: for real, as if, or as it was answered before. */
async function performSingle(
	{ database, base, accessLog }: FhirServices,
	caller: Caller,
	interaction: Interaction,
	request: FastifyRequest,
	read: ReadRequest,
): Promise<Done> {
	const { asked, answer, dryRun } = read;
	const note = notesOf(accessLog, caller);
	const answered = (result: Performed) => ({
		answer: outgoing(result, answer, base),
		touched: result.touched,
		unnoted: result.noted ? undefined : result.touched,
		replayed: false,
	});
	const key = interaction.code === "create" ? answerKey(request, read) : undefined;
	if (key !== undefined) {
		return once(database, caller, key, note, async (runs) =>
			answered(await perform(runs, interaction, asked, "representation")),
		);
	}
	const runs = dryRun ? asIf(database, caller) : forReal(database, caller, note);
	return answered(await perform(runs, interaction, asked, "representation"));
}

/**
 * Bundles worked on at the same time; more would only wait for one another's connections and processors, and all that is made of a Bundle
 * would be in memory meanwhile. Those that wait are bytes still.
 */
const bundlesAtOnce = 5;

function serveBundles(app: FastifyInstance, services: FhirServices): void {
	const places = openRoom(bundlesAtOnce);
	app.post(urlOf("/"), { schema: notInNative, onRequest: signedIn }, async (request, reply) => {
		const caller = await request.caller();
		const leave = await places.take(1);
		return answerBundle(services, caller, request, reply).finally(leave);
	});
}

function answerBundle(
	services: FhirServices,
	caller: Caller,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	return withRequest(request, targetOf({}), services, async (read) => {
		if (read.dryRun) reply.header("preference-applied", "dry-run");
		const note = notesOf(services.accessLog, caller);
		const onFault = (error: unknown) => request.log.error({ err: describe(error) }, "unexpected failure");
		const done = await bundle(services, caller, read, { key: answerKey(request, read), note }, onFault);
		sayWhatApplied(reply, read, done);
		const send = sending(reply, done);
		return record(services, caller, done.code, "Bundle", read, done).then(send);
	});
}

function sayWhatApplied(reply: FastifyReply, { asked, dryRun }: ReadRequest, { answer }: Done): void {
	if (answer.status >= 400) return;
	const applied = preferenceApplied(asked.preferences, dryRun);
	if (applied !== undefined) reply.header("preference-applied", applied);
}

/** Notes what is not noted yet. What was only tried, or answered before, as that: it showed something of persons, but changed nothing. */
function record(
	{ accessLog }: FhirServices,
	caller: Caller,
	code: string,
	target: string,
	{ dryRun }: ReadRequest,
	{ answer, unnoted, refused = [], replayed }: Done,
): Promise<unknown> {
	const notes = refused.map((one) => accessLog.record({ caller, ...one, outcome: "refused" }));
	// A refusal of the whole is noted by plugins/refusals.ts; what is undefined was noted with the write.
	if (answer.status < 400 && unnoted !== undefined) {
		const action = replayed ? `${code} again` : dryRun ? `${code} as if` : code;
		notes.push(recordAccess(accessLog, caller, action, target, unnoted));
	}
	const [only] = notes;
	return notes.length === 1 && only !== undefined ? only : Promise.all(notes);
}

/** What sends an answer when what it shows is noted. Nothing but its bytes is kept until then of what it was made of. */
function sending(reply: FastifyReply, { answer, replayed }: Done): () => FastifyReply {
	if (replayed) reply.header("idempotent-replayed", "true");
	const send = ready(answer);
	return () => send(reply);
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
