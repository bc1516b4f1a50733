import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf, serverCaller } from "../../access/caller.ts";
import type { Interaction, InteractionResult } from "../../auth/server/authorization-server.ts";
import type { AskedAccess, Chosen, PatientAsked } from "../../auth/server/consent.ts";
import type { EncounterChoice } from "../../auth/server/encounters.ts";
import { Failure } from "../../fhir/failure.ts";
import { formOf } from "../pages/form.ts";
import { html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";
import { sendConsentPage } from "./consent-page.ts";
import { sendEncounterPage } from "./encounter-page.ts";
import { hospitalButton, passedAtHospital } from "./hospital-routes.ts";
import { sendPatientPage } from "./patient-page.ts";
import { sendAway } from "./refused-page.ts";
import type { SmartServices } from "./services.ts";
import { sendSignInPage, signInFailure } from "./sign-in-page.ts";

interface Params {
	readonly uid: string;
}

/** `/interaction/:uid`: what a person is asked while an app waits: to sign in, for which patient, and whether they agree. */
export function registerInteractions(app: FastifyInstance, services: SmartServices): void {
	const { authorization, baseUrl } = services;

	app.get<{ Params: Params }>("/interaction/:uid", hidden, async (request, reply) => {
		const interaction = await authorization.interaction(request.raw, reply.raw, request.params.uid);
		if (interaction === undefined) return sendOver(reply);
		return show(services, request, reply, interaction);
	});

	app.post<{ Params: Params }>("/interaction/:uid", hidden, async (request, reply) => {
		const form = formOf(request, baseUrl);
		const interaction = await authorization.interaction(request.raw, reply.raw, request.params.uid);
		if (interaction === undefined) return sendOver(reply);
		if (interaction.prompt === "login") return signIn(services, request, reply, interaction, form);
		if (interaction.asked === undefined) return sendOver(reply);
		return decide(services, request, reply, interaction, interaction.asked, form);
	});
}

const hidden = { schema: { hide: true } };

async function show(services: SmartServices, request: FastifyRequest, reply: FastifyReply, interaction: Interaction) {
	if (interaction.prompt === "login") {
		const account = await passedAtHospital(services, request, reply, interaction.uid);
		if (account !== undefined) return goOn(services, request, reply, { signedIn: account });
		return sendSignInPage(reply, { ...signInOf(services, interaction), email: interaction.loginHint });
	}
	if (interaction.asked === undefined) return sendOver(reply);
	const { patient, encounter } = request.query as { patient?: string; encounter?: string };
	return ask(services, reply, interaction, interaction.asked, chosenIn(patient, encounter));
}

/** Asks which patient, which visit, then for consent. */
async function ask(
	{ authorization, accessLog }: SmartServices,
	reply: FastifyReply,
	interaction: Interaction,
	asked: AskedAccess,
	chosen: Chosen,
	problem?: string,
) {
	const { action, formTargets } = placeOf(interaction);
	try {
		const question = await authorization.consent.question(asked, chosen);
		if (question.patient.kind === "choose") {
			return sendPatientPage(reply, question, question.patient, action, formTargets);
		}
		const shown = encountersIn(question.patient);
		if (asked.launch === undefined && shown.length > 0) {
			await accessLog.record({
				caller: callerOf(question.person),
				action: "search",
				target: "Encounter",
				returned: shown.map(({ id }) => `Encounter/${id}`),
				patients: [question.patient].flatMap((one) => (one.kind !== "none" && one.patient.user_id) || []),
				outcome: "success",
			});
		}
		if (question.patient.kind === "choose-encounter") {
			return sendEncounterPage(reply, question, question.patient, action, formTargets);
		}
		return sendConsentPage(reply, question, { action, formTargets, ...(problem === undefined ? {} : { problem }) });
	} catch (error) {
		if (!(error instanceof Failure) || error.kind !== "forbidden") throw error;
		return sendAway(reply, error.message, action, formTargets);
	}
}

async function signIn(
	services: SmartServices,
	request: FastifyRequest,
	reply: FastifyReply,
	interaction: Interaction,
	form: URLSearchParams,
) {
	const email = form.get("email") ?? "";
	try {
		const account = await services.accounts.signIn(email, form.get("password") ?? "", request.ip);
		const caller = callerOf(account);
		await services.accessLog.record({
			caller,
			action: "login",
			target: "sign-in",
			patients: [account.id],
			outcome: "success",
		});
		return goOn(services, request, reply, { signedIn: account });
	} catch (error) {
		return sendSignInPage(reply, { ...signInOf(services, interaction), email, failure: signInFailure(error) });
	}
}

/** Takes the person's answer. */
async function decide(
	services: SmartServices,
	request: FastifyRequest,
	reply: FastifyReply,
	interaction: Interaction,
	asked: AskedAccess,
	form: URLSearchParams,
) {
	const { authorization, accessLog } = services;
	const { clientId, userId } = asked;
	const target = `app/${clientId}`;
	const caller = { ...serverCaller, userId, actor: `user:${userId}` };
	const decision = form.get("decision");
	if (decision === "deny") {
		await accessLog.record({ caller, action: "grant", target, patients: [userId], outcome: "refused" });
		return goOn(services, request, reply, { error: "access_denied", description: "the person did not allow it" });
	}
	const chosen = chosenIn(form.get("patient"), form.get("encounter"));
	const agreed = form.getAll("scope");
	if (agreed.length === 0) {
		return ask(services, reply, interaction, asked, chosen, "Tick what you want to allow, or choose “Do not allow”.");
	}
	try {
		const granted = await authorization.consent.grant(await authorization.provider(), asked, chosen, agreed);
		const patients = granted.patientUserId === undefined ? [userId] : [userId, granted.patientUserId];
		await accessLog.record({
			caller,
			action: "grant",
			target,
			returned: granted.scopes.split(" "),
			patients: [...new Set(patients)],
			outcome: "success",
		});
		return goOn(services, request, reply, granted);
	} catch (error) {
		if (!(error instanceof Failure) || error.kind !== "forbidden") throw error;
		await accessLog.record({ caller, action: "grant", target, patients: [userId], outcome: "refused" });
		const { action, formTargets } = placeOf(interaction);
		return sendAway(reply, error.message, action, formTargets);
	}
}

async function goOn(
	{ authorization }: SmartServices,
	request: FastifyRequest,
	reply: FastifyReply,
	result: InteractionResult,
) {
	return reply.redirect(await authorization.finish(request.raw, reply.raw, result), 303);
}

function placeOf({ uid, redirectUri }: Interaction): { action: string; formTargets: readonly string[] } {
	const url = URL.parse(redirectUri);
	const target = url === null ? [] : [url.origin === "null" ? url.protocol : url.origin];
	return { action: `/interaction/${uid}`, formTargets: target };
}

function signInOf(services: SmartServices, interaction: Interaction) {
	return { ...placeOf(interaction), hospital: hospitalButton(services, `/interaction/${interaction.uid}/hospital`) };
}

function chosenIn(patient: string | null | undefined, encounter: string | null | undefined): Chosen {
	return {
		patient: typeof patient === "string" && /^[1-9]\d{0,8}$/.test(patient) ? Number(patient) : undefined,
		encounter: typeof encounter === "string" && encounter !== "" ? encounter : undefined,
	};
}

/** The visits a page tells of. */
function encountersIn(patient: PatientAsked): readonly EncounterChoice[] {
	if (patient.kind === "choose-encounter") return patient.encounters;
	return patient.kind === "one" && patient.encounter !== undefined ? [patient.encounter] : [];
}

function sendOver(reply: FastifyReply) {
	const body = html`<p>This page is not valid any more, or belongs to another browser. Go back to the app and start again.</p>`;
	return sendPage(reply, { title: "Start again", body, status: 400 });
}
