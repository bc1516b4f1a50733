import type { FastifyReply } from "fastify";
import { type ConsentQuestion, noEncounter, type OfferedScope } from "../../auth/server/consent.ts";
import { type Html, html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";
import { wordsOf, wordsOfCategory } from "./words.ts";

/**
 * The page on which a person agrees to what an app asks for: one checkbox named `scope` per scope, the scope as its value, all ticked;
 * below a whole type its categories, which can be ticked in its place.
 */
export function sendConsentPage(
	reply: FastifyReply,
	question: ConsentQuestion,
	where: { readonly action: string; readonly formTargets: readonly string[]; readonly problem?: string },
): FastifyReply {
	const { person, clientName, patient, scopes, before } = question;
	const one = patient.kind === "one" ? patient.patient : undefined;
	const encounter = patient.kind === "one" ? patient.encounter : undefined;
	const body = html`${where.problem !== undefined && html`<p class="bad" role="alert">${where.problem}</p>`}
<p><strong>${clientName}</strong> asks for access. You are signed in as ${person.name}.</p>
${one && html`<p>Patient: <strong>${one.name}</strong>${one.date_of_birth !== null && html`, born ${one.date_of_birth}`}</p>`}
${encounter && html`<p>Visit: <strong>${encounter.what}</strong>${encounter.from !== undefined && html`, from ${encounter.from}`}</p>`}
${question.registeredItself && html`<p class="bad">This app registered itself, and nobody here has looked at it: the name is its own. Allow it only if you know who runs ${where.formTargets.join(", ")}.</p>`}
${before !== undefined && html`<p class="soft">You gave this app access before. What you decide now is for this time.</p>`}
<form method="post" action="${where.action}">
${one && html`<input type="hidden" name="patient" value="${one.id}"><input type="hidden" name="encounter" value="${encounter?.id ?? noEncounter}">`}
<fieldset><legend>${clientName} may</legend>
${scopes.map(choice)}</fieldset>
<p class="soft">Untick what you do not want to allow. You can end the access at any time on <a href="/apps">your apps</a>.</p>
<div class="buttons"><button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny" class="second">Do not allow</button></div>
</form>`;
	return sendPage(reply, { title: "Allow access?", body, formTargets: where.formTargets });
}

function choice({ text, data, parts }: OfferedScope): Html {
	return html`<label class="choice"><input type="checkbox" name="scope" value="${text}" checked><span>${wordsOf(text, data)}</span></label>
${
	parts.length > 0 &&
	html`<fieldset><legend class="soft">or, when the line above is not ticked</legend>
${parts.map(
	(
		part,
	) => html`<label class="choice"><input type="checkbox" name="scope" value="${part.text}"><span>${wordsOfCategory(part.category)}</span></label>
`,
)}</fieldset>
`
}`;
}
