import type { FastifyInstance, FastifyReply } from "fastify";
import { callerOf } from "../../access/caller.ts";
import { formOf } from "../pages/form.ts";
import { html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";
import { hospitalButton } from "./hospital-routes.ts";
import { pageToReturnTo } from "./return-page.ts";
import type { SmartServices } from "./services.ts";
import { sendSignInPage, signInFailure } from "./sign-in-page.ts";

const hidden = { schema: { hide: true } };

/** `/sign-in` and `/logout`: the session of a browser, for pages that need one. */
export function registerSessions(app: FastifyInstance, services: SmartServices): void {
	const { accounts, accessLog, authorization, baseUrl } = services;

	const page = (query: unknown) => ({
		action: actionOf(query),
		hospital: hospitalButton(services, `/sign-in/hospital?return=${encodeURIComponent(pageToReturnTo(query))}`),
	});

	app.get("/sign-in", hidden, async (request, reply) => sendSignInPage(reply, page(request.query)));

	app.post("/sign-in", hidden, async (request, reply) => {
		const form = formOf(request, baseUrl);
		const email = form.get("email") ?? "";
		try {
			const account = await accounts.signIn(email, form.get("password") ?? "", request.ip);
			await authorization.sessions.signIn(request.raw, reply.raw, account);
			await accessLog.record({
				caller: callerOf(account),
				action: "login",
				target: "sign-in",
				patients: [account.id],
				outcome: "success",
			});
			return reply.redirect(pageToReturnTo(request.query), 303);
		} catch (error) {
			return sendSignInPage(reply, { ...page(request.query), email, failure: signInFailure(error) });
		}
	});

	app.get("/logout", hidden, async (request, reply) => {
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return sendSignedOut(reply);
		const body = html`<p>Apps that you allowed to keep access keep it; you can end that on <a href="/apps">your apps</a>.</p>
<form method="post" action="/logout"><div class="buttons"><button type="submit">Sign out</button></div></form>`;
		return sendPage(reply, { title: "Sign out?", body });
	});

	app.post("/logout", hidden, async (request, reply) => {
		formOf(request, baseUrl);
		const caller = await request.browserCaller(reply);
		await authorization.sessions.signOut(request.raw, reply.raw);
		if (caller !== undefined) {
			await accessLog.record({
				caller,
				action: "logout",
				target: "logout",
				patients: [caller.userId],
				outcome: "success",
			});
		}
		return sendSignedOut(reply);
	});
}

/** Where a page sends who is not signed in. @param path - of the page, on this server */
export function signInAddress(path: string): string {
	return `/sign-in?return=${encodeURIComponent(path)}`;
}

function sendSignedOut(reply: FastifyReply): FastifyReply {
	const body = html`<p>You are signed out in this browser.</p><p><a href="/sign-in">Sign in again</a></p>`;
	return sendPage(reply, { title: "Signed out", body });
}

function actionOf(query: unknown): string {
	return signInAddress(pageToReturnTo(query));
}
