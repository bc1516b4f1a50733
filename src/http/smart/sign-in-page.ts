import type { FastifyReply } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import { statusOf } from "../../fhir/outcome.ts";
import { html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";
import type { HospitalButton } from "./hospital-routes.ts";

/** What the sign-in page shows. */
export interface SignInPage {
	/** Address the form is sent to. */
	readonly action: string;
	/** What was wrong with the last try. */
	readonly failure?: Failure;
	readonly email?: string | undefined;
	/** Name of the app that waits; undefined where none does. */
	readonly forApp?: string | undefined;
	readonly formTargets?: readonly string[];
	/** Where people can sign in in place of a password here. */
	readonly hospital?: HospitalButton | undefined;
}

/** The page to sign in on: inputs named `email` and `password`. What was wrong is said without telling whether there is such an account. */
export function sendSignInPage(reply: FastifyReply, page: SignInPage): FastifyReply {
	const { failure } = page;
	const seconds = failure?.retryAfterSeconds;
	if (seconds !== undefined) reply.header("retry-after", String(seconds));
	const body = html`${failure && html`<p class="bad" role="alert">${failure.message}${seconds !== undefined && ` (in ${Math.ceil(seconds / 60)} minutes)`}</p>`}
${page.forApp !== undefined && html`<p>to go on to <strong>${page.forApp}</strong></p>`}
${page.hospital && html`<div class="buttons"><a class="button" href="${page.hospital.address}">Sign in with ${page.hospital.name}</a></div><p>or with your password here:</p>`}
<form method="post" action="${page.action}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="255" value="${page.email ?? ""}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1000">
<div class="buttons"><button type="submit">Sign in</button></div>
</form>`;
	const status = failure === undefined ? 200 : statusOf(failure);
	return sendPage(reply, { title: "Sign in", body, status, formTargets: page.formTargets ?? [] });
}

/** A failure of signing in that is told on the page; anything else goes on. */
export function signInFailure(error: unknown): Failure {
	const told = error instanceof Failure && (error.kind === "unauthenticated" || error.kind === "too-many-requests");
	if (!told) throw error;
	return error;
}
