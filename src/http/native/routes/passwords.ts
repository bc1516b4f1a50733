import type { FastifyInstance } from "fastify";
import { type Caller, serverCaller } from "../../../access/caller.ts";
import type { AccessLog } from "../../../audit/access-log.ts";
import type { Note, PasswordChanges } from "../../../auth/password-changes.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { object, type Schema } from "../schema/json-schema.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";

/** What new passwords need. */
export interface PasswordServices {
	readonly passwordChanges: PasswordChanges;
	readonly accessLog: AccessLog;
}

/** `/api/auth/password`: a new password for who is signed in. */
export function registerPasswordChange(app: FastifyInstance, services: PasswordServices): void {
	app.post("/api/auth/password", { schema: schemas.change }, async (request, reply) => {
		const caller = await request.caller();
		const from = { address: request.ip, keepToken: request.bearerToken() ?? "" };
		const given = request.body as { currentPassword: string; newPassword: string };
		await services.passwordChanges.change(
			caller.userId,
			given,
			from,
			noteOf(services.accessLog, caller, "auth/password"),
		);
		return reply.code(204).send();
	});
	refuseOtherMethods(app, "/api/auth/password", ["POST"]);
}

/** `/api/auth/password-reset` and its confirmation: a new password by mail, for who cannot sign in. */
export function registerPasswordReset(app: FastifyInstance, services: PasswordServices): void {
	const url = "/api/auth/password-reset";

	app.post(url, { schema: schemas.request }, async (request, reply) => {
		const { email } = request.body as { email: string };
		await services.passwordChanges.requestReset(email, request.ip);
		return reply.code(202).send({ message: resetAsked });
	});

	app.post(`${url}/confirm`, { schema: schemas.confirm }, async (request, reply) => {
		const { token, newPassword } = request.body as { token: string; newPassword: string };
		await services.passwordChanges.reset(token, newPassword, request.ip, resetNote(services.accessLog));
		return reply.code(204).send();
	});

	refuseOtherMethods(app, url, ["POST"]);
	refuseOtherMethods(app, `${url}/confirm`, ["POST"]);
}

/** What is said whether there is an account or not. */
const resetAsked = "If there is an account with this address, a mail with further steps is on its way";

/** The entry of a reset in the access log: who did it is known by the mail only. */
export function resetNote(accessLog: AccessLog): Note {
	return noteOf(accessLog, serverCaller, "auth/password-reset/confirm");
}

function noteOf(accessLog: AccessLog, caller: Caller, target: string): Note {
	return (tx, userId) => {
		const returned = [`users/${userId}`];
		accessLog.include(tx, { caller, action: "update", target, returned, patients: [userId], outcome: "success" });
	};
}

const password: Schema = { type: "string", maxLength: 1000, examples: ["a long sentence is best"] };
const tag = "auth";
const tooMany = "Too many failed attempts; see Retry-After";

const schemas = {
	change: routeSchema({
		operationId: "changePassword",
		tag,
		summary: "Choose a new password",
		description: "All other sessions of the account end, in browsers, too, and what apps were granted.",
		body: object({ currentPassword: password, newPassword: password }, { title: "PasswordChange" }),
		answers: { 204: nothing },
		failures: { 403: "The current password is wrong", 429: tooMany },
	}),
	request: routeSchema({
		operationId: "requestPasswordReset",
		tag,
		open: true,
		summary: "Ask for a mail with which to choose a new password",
		description:
			"The answer is the same whether there is an account with this address. The mailed token works once, for 30 minutes.",
		body: object(
			{
				email: {
					type: "string",
					minLength: 1,
					maxLength: 255,
					pattern: "^[^\\u0000]*$",
					examples: ["patient@demo.example"],
				},
			},
			{ title: "PasswordResetRequest" },
		),
		answers: {
			202: {
				description: "Noted",
				...object({ message: { type: "string", examples: [resetAsked] } }, { title: "PasswordResetNoted" }),
			},
		},
		failures: { 429: tooMany, 400: "The body is wrong, or this server sends no mail" },
	}),
	confirm: routeSchema({
		operationId: "confirmPasswordReset",
		tag,
		open: true,
		summary: "Choose a new password by a mailed token",
		description: "All sessions of the account end, and what apps were granted.",
		body: object(
			{ token: { type: "string", maxLength: 200, examples: ["pX5C…"] }, newPassword: password },
			{ title: "PasswordReset" },
		),
		answers: { 204: nothing },
		failures: { 429: tooMany },
	}),
};
