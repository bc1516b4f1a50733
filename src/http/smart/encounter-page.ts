import type { FastifyReply } from "fastify";
import { type ConsentQuestion, noEncounter, type PatientAsked } from "../../auth/server/consent.ts";
import { html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";

/** The page on which a person says which visit an app is about, or none: radio buttons named `encounter`. */
export function sendEncounterPage(
	reply: FastifyReply,
	question: ConsentQuestion,
	{ patient, encounters }: Extract<PatientAsked, { kind: "choose-encounter" }>,
	action: string,
	formTargets: readonly string[],
): FastifyReply {
	const body = html`<p><strong>${question.clientName}</strong> can work with one visit of <strong>${patient.name}</strong>.</p>
<form method="get" action="${action}">
<input type="hidden" name="patient" value="${patient.id}">
<fieldset><legend>Visit</legend>
${encounters.map(
	(
		{ id, what, from },
		at,
	) => html`<label class="choice"><input type="radio" name="encounter" value="${id}" required${at === 0 && html` checked`}>
<span>${what}${from !== undefined && html` <span class="soft">from ${from}</span>`}</span></label>
`,
)}<label class="choice"><input type="radio" name="encounter" value="${noEncounter}" required><span>No visit in particular</span></label>
</fieldset>
<div class="buttons"><button type="submit">Continue</button></div>
</form>`;
	return sendPage(reply, { title: "Choose the visit", body, formTargets });
}
