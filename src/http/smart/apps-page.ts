import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Caller, serverCaller } from "../../access/caller.ts";
import { parseScope } from "../../access/scopes.ts";
import { Failure } from "../../fhir/failure.ts";
import { type ClientRow, listClients } from "../../store/authorization/clients.ts";
import { deleteGrant, type GrantRow, grantsOf } from "../../store/authorization/grants.ts";
import { type PatientChoice, patientsToChoose } from "../../store/authorization/people.ts";
import { formOf, isRowId } from "../pages/form.ts";
import { type Html, html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";
import type { SmartServices } from "./services.ts";
import { signInAddress } from "./session-routes.ts";
import { wordsOf } from "./words.ts";

const hidden = { schema: { hide: true } };

/** `/apps`: the apps a person gave access to, each with a button to end it; for therapists those that can be opened for a patient. */
export function registerApps(app: FastifyInstance, services: SmartServices): void {
	const { database, accessLog, authorization, baseUrl } = services;

	app.get("/apps", hidden, async (request, reply) => {
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/apps"), 303);
		return show(services, reply, caller);
	});

	app.post("/apps/revoke", hidden, async (request, reply) => {
		const form = formOf(request, baseUrl);
		const caller = await signedIn(request, reply);
		if (caller === undefined) return reply.redirect(signInAddress("/apps"), 303);
		const grant = await ownGrant(services, caller, form.get("grant") ?? "");
		if (grant !== undefined) {
			await database.write(serverCaller, (tx) => deleteGrant(tx, grant.id));
			const target = `app/${grant.client_id}`;
			await accessLog.record({ caller, action: "revoke", target, patients: [caller.userId], outcome: "success" });
		}
		return reply.redirect("/apps", 303);
	});

	app.post("/apps/launch", hidden, async (request, reply) => {
		const form = formOf(request, baseUrl);
		const caller = await signedIn(request, reply);
		if (caller === undefined) return reply.redirect(signInAddress("/apps"), 303);
		if (caller.personRole === "patient")
			throw new Failure("forbidden", "Only therapists and administrators open apps for a patient");
		const clientId = form.get("client") ?? "";
		const patient = Number(form.get("patient"));
		if (!isRowId(patient)) throw new Failure("invalid", "Choose a patient");
		const launch = await authorization.launches.create(caller, { clientId, patient });
		const patients = launch.patientUserId === null ? [] : [launch.patientUserId];
		await accessLog.record({
			caller,
			action: "launch",
			target: `app/${clientId}`,
			returned: [`patients/${patient}`],
			patients,
			outcome: "success",
		});
		return reply.redirect(launch.url, 303);
	});
}

function signedIn(request: FastifyRequest, reply: FastifyReply): Promise<Caller | undefined> {
	return request.browserCaller(reply);
}

async function ownGrant({ database }: SmartServices, { userId }: Caller, id: string): Promise<GrantRow | undefined> {
	return (await database.read(serverCaller, (tx) => grantsOf(tx, userId))).find((grant) => grant.id === id);
}

async function show(
	{ database, accessLog }: SmartServices,
	reply: FastifyReply,
	caller: Caller,
): Promise<FastifyReply> {
	const grants = await database.read(serverCaller, (tx) => grantsOf(tx, caller.userId));
	const opens = caller.personRole !== "patient";
	const apps = opens ? (await database.read(serverCaller, listClients)).filter((one) => one.launch_url !== null) : [];
	const patients = opens ? await database.read(caller, patientsToChoose) : [];
	const shown = patients.flatMap(({ user_id }) => (user_id === null ? [] : [user_id]));
	await accessLog.record({
		caller,
		action: "read",
		target: "apps",
		patients: [caller.userId, ...shown],
		outcome: "success",
	});
	const body = html`<h2>Apps with access</h2>
${grants.length === 0 ? html`<p>You have given no app access to your data.</p>` : html`<ul class="plain">${grants.map(connected)}</ul>`}
${opens && apps.length > 0 && patients.length > 0 && html`<h2>Open an app for a patient</h2>${apps.map((one) => opener(one, patients))}`}
<form method="post" action="/logout"><div class="buttons"><button type="submit" class="second">Sign out</button></div></form>`;
	const formTargets = apps.flatMap(({ launch_url }) => (launch_url === null ? [] : [new URL(launch_url).origin]));
	return sendPage(reply, { title: "Your apps", body, formTargets });
}

function connected(grant: GrantRow): Html {
	const scopes = grant.scopes.split(" ");
	return html`<li><strong>${grant.client_name}</strong>${grant.patient_name !== null && html`, for ${grant.patient_name}`}
<span class="soft">since ${grant.granted_at.slice(0, 10)}</span>
<ul>${scopes.map((scope) => html`<li>${wordsOf(scope, parseScope(scope))}</li>`)}</ul>
<form method="post" action="/apps/revoke"><input type="hidden" name="grant" value="${grant.id}">
<button type="submit" class="second" aria-label="Revoke the access of ${grant.client_name}">Revoke</button></form></li>
`;
}

function opener({ id, name }: ClientRow, patients: readonly PatientChoice[]): Html {
	return html`<form method="post" action="/apps/launch"><input type="hidden" name="client" value="${id}">
<label for="patient-${id}">${name}</label>
<select id="patient-${id}" name="patient">${patients.map((patient) => html`<option value="${patient.id}">${patient.name}</option>`)}</select>
<div class="buttons"><button type="submit">Open</button></div></form>
`;
}
