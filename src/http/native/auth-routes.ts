import type { FastifyInstance, FastifyRequest } from "fastify";
import { callerOf } from "../../access/caller.ts";
import type { AccessLog } from "../../audit/access-log.ts";
import type { Accounts, NewAccount } from "../../auth/accounts.ts";
import type { Tokens } from "../../auth/tokens.ts";
import type { Database } from "../../store/database.ts";
import { requireRow } from "../../store/rows.ts";
import { Users } from "../../tables/users.ts";
import { refuseOtherMethods } from "../plugins/refuse-methods.ts";
import { users } from "./collections/users.ts";
import type { DeriveTools } from "./derive.ts";
import { problem } from "./route-schemas.ts";
import { rowSchema } from "./schemas.ts";
import { present } from "./values.ts";

/** What signing in and out needs. */
export interface AuthServices extends DeriveTools {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly accounts: Accounts;
	readonly tokens: Tokens;
}

/** `/api/auth/…`: login, register, me, logout. */
export function registerAuthRoutes(app: FastifyInstance, services: AuthServices): void {
	const { accounts, tokens } = services;

	app.post("/api/auth/login", { schema: schemas.login }, async (request) => {
		const { email, password } = request.body as { email: string; password: string };
		const account = await accounts.signIn(email, password, request.ip);
		return session(services, account, "login");
	});

	app.post("/api/auth/register", { schema: schemas.register }, async (request, reply) => {
		const account = await accounts.signUp(request.body as NewAccount);
		return reply.code(201).send(await session(services, account, "register"));
	});

	app.get("/api/auth/me", { schema: schemas.me }, async (request) => {
		const caller = await request.caller();
		const row = await services.database.read(caller, (tx) => requireRow(tx, Users, caller.userId));
		const named = [`users/${caller.userId}`];
		await services.accessLog.record({
			caller,
			action: "read",
			target: "auth/me",
			returned: named,
			patients: [caller.userId],
			outcome: "success",
		});
		return present(users, row, services);
	});

	app.post("/api/auth/logout", { schema: schemas.logout }, async (request, reply) => {
		const caller = await request.caller();
		await tokens.revoke(tokenOf(request));
		await services.accessLog.record({ caller, action: "logout", target: "auth/logout", outcome: "success" });
		return reply.code(204).send();
	});

	for (const name of ["login", "register", "logout"]) refuseOtherMethods(app, `/api/auth/${name}`, ["POST"]);
	refuseOtherMethods(app, "/api/auth/me", ["GET"]);
}

async function session(
	services: AuthServices,
	account: { id: number; role: "patient" | "therapist" | "admin" | null },
	action: string,
): Promise<object> {
	const caller = callerOf(account);
	const issued = await services.tokens.issue(account.id);
	const row = await services.database.read(caller, (tx) => requireRow(tx, Users, account.id));
	await services.accessLog.record({
		caller,
		action,
		target: `auth/${action}`,
		patients: [account.id],
		outcome: "success",
	});
	return { ...issued, user: present(users, row, services) };
}

function tokenOf(request: FastifyRequest): string {
	return request.bearerToken() ?? "";
}

const text = { type: "string", minLength: 1, maxLength: 255, pattern: "^[^\\u0000]*$" };
const email = { type: "string", format: "email", maxLength: 255 };
const sessionSchema = {
	description: "Signed in",
	type: "object",
	properties: { token: { type: "string" }, expiresAt: { type: "string", format: "date-time" }, user: rowSchema(users) },
	required: ["token", "expiresAt", "user"],
};
const tags = ["auth"];
const bearer = [{ bearer: [] }];
const unauthenticated = { 401: problem("Not signed in, or not with these words") };

const schemas = {
	login: {
		tags,
		summary: "Sign in; the token is good for 12 hours",
		body: {
			type: "object",
			additionalProperties: false,
			properties: { email: { type: "string", maxLength: 255 }, password: { type: "string", maxLength: 1000 } },
			required: ["email", "password"],
		},
		response: {
			200: sessionSchema,
			400: problem("Something is missing"),
			...unauthenticated,
			429: problem("Too many failed sign-ins; see Retry-After"),
		},
	},
	register: {
		tags,
		summary: "Make a patient's account and sign in",
		body: {
			type: "object",
			additionalProperties: false,
			properties: {
				email,
				password: { type: "string", maxLength: 1000 },
				name: text,
				phoneNumber: { ...text, type: ["string", "null"] },
				timezone: { ...text, type: ["string", "null"] },
			},
			required: ["email", "password", "name"],
		},
		response: {
			201: sessionSchema,
			400: problem("Something is wrong"),
			409: problem("The e-mail address has an account"),
		},
	},
	me: {
		tags,
		security: bearer,
		summary: "Who is signed in",
		response: { 200: { description: "The account", ...rowSchema(users) }, ...unauthenticated },
	},
	logout: {
		tags,
		security: bearer,
		summary: "Sign out: the token ends at once",
		response: { 204: { type: "null", description: "Done" }, ...unauthenticated },
	},
};
