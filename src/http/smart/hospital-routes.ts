import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf, serverCaller } from "../../access/caller.ts";
import {
	callbackPath,
	type HospitalSignIn,
	passSeconds,
	type SignInOutcome,
} from "../../auth/hospital/hospital-sign-in.ts";
import { requestSeconds } from "../../auth/hospital/sign-in-request.ts";
import { Failure } from "../../fhir/failure.ts";
import { statusOf } from "../../fhir/outcome.ts";
import type { Account } from "../../store/sign-in.ts";
import { type Html, html } from "../pages/html.ts";
import { sendPage } from "../pages/page.ts";
import { cookieIn, cookieLine } from "./cookies.ts";
import { pageToReturnTo } from "./return-page.ts";
import type { SmartServices } from "./services.ts";

const hidden = { schema: { hide: true } };
const interactionPath = /^\/interaction\/([\w-]{1,64})$/;

/** A hospital's sign-in: what it is called, and where its button leads. */
export interface HospitalButton {
	readonly name: string;
	readonly address: string;
}

/** The button on the sign-in page; undefined where there is no provider. @param address - of the route that begins */
export function hospitalButton({ hospital }: SmartServices, address: string): HospitalButton | undefined {
	return hospital === undefined ? undefined : { name: hospital.name, address };
}

/** `/sign-in/hospital` and the address the provider sends browsers back to: signing in at a hospital's identity provider. */
export function registerHospitalSignIn(app: FastifyInstance, services: SmartServices): void {
	const { hospital, authorization, accessLog } = services;
	if (hospital === undefined) return;

	app.get("/sign-in/hospital", hidden, async (request, reply) =>
		begin(services, hospital, request, reply, pageToReturnTo(request.query), false),
	);

	app.get<{ Params: { uid: string } }>("/interaction/:uid/hospital", hidden, async (request, reply) => {
		const { uid } = request.params;
		const interaction = await authorization.interaction(request.raw, reply.raw, uid);
		if (interaction?.prompt !== "login") return reply.redirect(`/interaction/${encodeURIComponent(uid)}`, 303);
		return begin(services, hospital, request, reply, `/interaction/${uid}`, interaction.again);
	});

	app.get(callbackPath, hidden, async (request, reply) => {
		const query = request.url.includes("?") ? request.url.slice(request.url.indexOf("?")) : "";
		const outcome = await hospital
			.complete(cookieIn(request, secretCookie(services)), query)
			.catch((error: unknown): SignInOutcome => {
				if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
				return { kind: "failed", failure: error, returnTo: "/apps" };
			});
		if (outcome.kind === "signed-in") {
			const { returnTo } = outcome;
			return goOn(services, hospital, request, reply, outcome).catch((error: unknown) => {
				if (!(error instanceof Failure) || error.kind !== "unauthenticated") throw error;
				const failure = new Failure("forbidden", "Your account has changed meanwhile. Start again");
				return sendOutcome(reply, hospital.name, { kind: "failed", failure, returnTo });
			});
		}
		await accessLog.record({
			caller: { ...serverCaller, actor: "hospital" },
			action: "login",
			target: "sign-in/hospital",
			outcome: "refused",
		});
		return sendOutcome(reply, hospital.name, outcome);
	});
}

/** Who comes back to an interaction from the provider: lets them in, once, where they may be. */
export async function passedAtHospital(
	services: SmartServices,
	request: FastifyRequest,
	reply: FastifyReply,
	uid: string,
): Promise<Account | undefined> {
	const pass = cookieIn(request, passCookie);
	if (pass === undefined || services.hospital === undefined) return undefined;
	reply.header(
		"set-cookie",
		cookieLine(passCookie, "", { path: `/interaction/${uid}`, seconds: 0, secure: secure(services) }),
	);
	return services.hospital.passed(uid, pass);
}

async function begin(
	services: SmartServices,
	hospital: HospitalSignIn,
	request: FastifyRequest,
	reply: FastifyReply,
	returnTo: string,
	again: boolean,
) {
	const name = secretCookie(services);
	try {
		const { url, secret } = await hospital.begin(cookieIn(request, name), returnTo, again);
		const line = cookieLine(name, secret, { path: "/", seconds: requestSeconds, secure: secure(services) });
		return reply.header("set-cookie", line).headers(unseen).redirect(url, 303);
	} catch (error) {
		if (!(error instanceof Failure) || error.kind !== "unavailable") throw error;
		return sendOutcome(reply, hospital.name, { kind: "failed", failure: error, returnTo });
	}
}

async function goOn(
	services: SmartServices,
	hospital: HospitalSignIn,
	request: FastifyRequest,
	reply: FastifyReply,
	{ account, returnTo, passwordEnded }: Extract<SignInOutcome, { kind: "signed-in" }>,
) {
	const uid = interactionPath.exec(returnTo)?.[1];
	if (uid === undefined) await services.authorization.sessions.signIn(request.raw, reply.raw, account);
	else {
		const line = cookieLine(passCookie, hospital.pass(uid, account), {
			path: returnTo,
			seconds: passSeconds,
			secure: secure(services),
		});
		reply.header("set-cookie", line);
	}
	await services.accessLog.record({
		caller: callerOf(account),
		action: "login",
		target: "sign-in/hospital",
		patients: [account.id],
		outcome: "success",
	});
	if (!passwordEnded) return reply.headers(unseen).redirect(returnTo, 303);
	const body = html`<p>Your account here is now connected with the one you have at ${hospital.name}: sign in with that from now on.</p>
<p>The account was made with your e-mail address, but nobody had made sure that it was by you. So its password has been removed, and whoever was
signed in with it is signed out. What is in the account stays; look whether it is yours.</p>
<div class="buttons"><a class="button" href="${returnTo}">Continue</a></div>`;
	return sendPage(reply, { title: "Connected", body });
}

/** Neither the code nor the state of an address goes on to another. */
const unseen = { "cache-control": "no-store", "referrer-policy": "no-referrer" };

function sendOutcome(reply: FastifyReply, name: string, outcome: Exclude<SignInOutcome, { kind: "signed-in" }>) {
	const back = outcome.returnTo.startsWith("/interaction/")
		? outcome.returnTo
		: `/sign-in?return=${encodeURIComponent(outcome.returnTo)}`;
	const another = html`<div class="buttons"><a class="button" href="${back}">Back to signing in</a></div>`;
	if (outcome.kind === "unknown") return sendUnknown(reply, name, outcome, another);
	const { failure } = outcome;
	if (failure.retryAfterSeconds !== undefined) reply.header("retry-after", String(failure.retryAfterSeconds));
	const body = html`<p class="bad" role="alert">${failure.message}</p>${another}`;
	return sendPage(reply, { title: "You are not signed in", body, status: statusOf(failure) });
}

/** What somebody can do whom the provider knows and this server does not. */
function sendUnknown(
	reply: FastifyReply,
	name: string,
	{ subject, why }: { subject: string; why: string },
	another: Html,
) {
	const body = html`<p class="bad" role="alert">${why}.</p>
<p>You did sign in at ${name}. Accounts here are made by the people who run this server, or by signing up; then either your account has the
e-mail address you have at ${name}, or an administrator connects the two.</p>
<p>If you have an account here, sign in with its password, or ask an administrator to connect it and tell them what you are called at
${name}: <code>${subject}</code></p>${another}`;
	return sendPage(reply, { title: "No account here", body, status: 403 });
}

const passCookie = "heart_pass";

/** Where browsers come by https, a name that only this very host can set. */
function secretCookie(services: SmartServices): string {
	return secure(services) ? "__Host-heart_hospital" : "heart_hospital";
}

function secure({ baseUrl }: SmartServices): boolean {
	return baseUrl.startsWith("https:");
}
