import type { FastifyReply } from "fastify";
import { html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";

/** An app cannot go on: why, and the way back to it. */
export function sendAway(
	reply: FastifyReply,
	why: string,
	action: string,
	formTargets: readonly string[],
): FastifyReply {
	const body = html`<p class="bad" role="alert">${why}</p>
<form method="post" action="${action}"><div class="buttons"><button type="submit" name="decision" value="deny">Back to the app</button></div></form>`;
	return sendPage(reply, { title: "This app cannot go on", body, status: 403, formTargets });
}
