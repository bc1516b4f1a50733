import type { FastifyReply } from "fastify";
import type { ConsentQuestion, PatientAsked } from "../../auth/server/consent.ts";
import { html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";
import { sendAway } from "./refused-page.ts";

/** The page on which a person says which patient an app is about: radio buttons named `patient`. */
export function sendPatientPage(
	reply: FastifyReply,
	question: ConsentQuestion,
	{ patients }: Extract<PatientAsked, { kind: "choose" }>,
	action: string,
	formTargets: readonly string[],
): FastifyReply {
	if (patients.length === 0) {
		return sendAway(reply, "There is no patient you could choose for this app.", action, formTargets);
	}
	const body = html`<p><strong>${question.clientName}</strong> works with one patient's data.</p>
<form method="get" action="${action}">
<fieldset><legend>Patient</legend>
${patients.map(
	(
		patient,
		at,
	) => html`<label class="choice"><input type="radio" name="patient" value="${patient.id}" required${at === 0 && html` checked`}>
<span>${patient.name}${patient.date_of_birth !== null && html` <span class="soft">born ${patient.date_of_birth}</span>`}</span></label>
`,
)}</fieldset>
<div class="buttons"><button type="submit">Continue</button></div>
</form>`;
	return sendPage(reply, { title: "Choose the patient", body, formTargets });
}
