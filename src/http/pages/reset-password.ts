import type { FastifyInstance } from "fastify";
import type { Note, PasswordChanges } from "../../auth/password-changes.ts";
import { Failure } from "../../fhir/failure.ts";
import { statusOf } from "../../fhir/outcome.ts";
import { formOf } from "./form.ts";
import { html } from "./html.ts";
import { sendPage } from "./page.ts";

/** What the page needs. */
export interface ResetPageServices {
	readonly passwordChanges: PasswordChanges;
	readonly baseUrl: string;
	/** Makes the entry in the access log. */
	readonly note: Note;
}

const hidden = { schema: { hide: true } };

/** `/reset-password`: where a mailed link leads; the form to choose a new password. */
export function registerResetPage(app: FastifyInstance, { passwordChanges, baseUrl, note }: ResetPageServices): void {
	app.get("/reset-password", hidden, async (request, reply) => {
		const { token } = request.query as { token?: unknown };
		return sendPage(reply, { title, body: form(typeof token === "string" ? token : "") });
	});

	app.post("/reset-password", hidden, async (request, reply) => {
		const given = formOf(request, baseUrl);
		const token = given.get("token") ?? "";
		try {
			await passwordChanges.reset(token, given.get("password") ?? "", request.ip, note);
		} catch (error) {
			if (!(error instanceof Failure) || (error.kind !== "invalid" && error.kind !== "too-many-requests")) throw error;
			if (error.retryAfterSeconds !== undefined) reply.header("retry-after", String(error.retryAfterSeconds));
			const words = error.message.replace(/^newPassword/, "The password");
			return sendPage(reply, { title, status: statusOf(error), body: form(token, words) });
		}
		const body = html`<p>You have a new password. Wherever you were signed in, you no longer are.</p>
<p><a href="/sign-in">Sign in</a></p>`;
		return sendPage(reply, { title: "Password changed", body });
	});
}

const title = "Choose a new password";

function form(token: string, failure?: string) {
	return html`${failure !== undefined && html`<p class="bad" role="alert">${failure}</p>`}
<form method="post" action="/reset-password">
<input type="hidden" name="token" value="${token}">
<label for="password">New password, at least 8 characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="8" maxlength="72">
<div class="buttons"><button type="submit">Save</button></div>
</form>`;
}
