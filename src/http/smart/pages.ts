import type { AuthorizationPages } from "../../auth/server/provider.ts";
import { Html, html } from "../pages/html.ts";
import { pageHeaders, pageText } from "../pages/page.ts";

/** The pages that the authorization server shows by itself. */
export const authorizationPages: AuthorizationPages = {
	headers: pageHeaders(),
	error: (title, detail) =>
		pageText({
			title,
			body: html`<p class="bad" role="alert">${detail}</p><p>Go back to the app and start again.</p>`,
		}),
	signOut: (form) =>
		pageText({
			title: "Sign out?",
			body: html`${new Html(form)}<div class="buttons"><button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></div>`,
		}),
	signedOut: () => pageText({ title: "Signed out", body: html`<p>You are signed out in this browser.</p>` }),
};
