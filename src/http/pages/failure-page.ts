import type { FastifyReply, FastifyRequest } from "fastify";
import { statusOf } from "../../fhir/outcome.ts";
import { noteFailure } from "../plugins/errors.ts";
import { html } from "./html.ts";
import { sendPage } from "./page.ts";

/** The `errorHandler` of routes that browsers are sent to: a failure as a page, in the words programs get, with the way back. */
export function failurePage(back: { readonly href: string; readonly to: string }) {
	return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
		const failure = noteFailure(error, request);
		if (failure.retryAfterSeconds !== undefined) reply.header("retry-after", String(failure.retryAfterSeconds));
		const body = html`<p class="bad" role="alert">${failure.message}.</p><p><a href="${back.href}">Back to ${back.to}</a></p>`;
		return sendPage(reply, { title: "That did not work", body, status: statusOf(failure) });
	};
}
