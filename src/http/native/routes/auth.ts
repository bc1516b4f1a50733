import type { FastifyInstance, FastifyRequest } from "fastify";
import { callerOf } from "../../../access/caller.ts";
import type { AccessLog } from "../../../audit/access-log.ts";
import type { Accounts, NewAccount } from "../../../auth/accounts.ts";
import type { Tokens } from "../../../auth/tokens.ts";
import type { Database } from "../../../store/database.ts";
import { requireRow } from "../../../store/rows.ts";
import type { Account } from "../../../store/sign-in.ts";
import { Users } from "../../../tables/users.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { users } from "../collections/users.ts";
import type { DeriveTools } from "../derive.ts";
import { nullable, object } from "../schema/json-schema.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { instant, text, timeZone } from "../schema/values.ts";
import { present } from "../values.ts";

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

async function session(services: AuthServices, account: Account, action: string): Promise<object> {
	const caller = callerOf(account);
	const issued = await services.tokens.issue(account);
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

const word = { ...text(), minLength: 1 };
const account = rowSchema(users);
const sessionSchema = object(
	{ token: { type: "string", description: "For `Authorization: Bearer`" }, expiresAt: instant, user: account },
	{ title: "Session" },
);
const tag = "auth";

const schemas = {
	login: routeSchema({
		operationId: "login",
		tag,
		open: true,
		summary: "Sign in; the token is good for 12 hours",
		body: object(
			{
				email: { type: "string", maxLength: 255, examples: ["patient@demo.example"] },
				password: { type: "string", maxLength: 1000, examples: ["heart-demo-2026"] },
			},
			{ title: "Credentials" },
		),
		answers: { 200: { description: "Signed in", ...sessionSchema } },
		failures: {
			401: "Address or password is wrong",
			429: "Too many failed sign-ins; see Retry-After",
		},
	}),
	register: routeSchema({
		operationId: "register",
		tag,
		open: true,
		summary: "Make a patient's account and sign in",
		body: object(
			{
				email: { type: "string", format: "email", maxLength: 255, examples: ["new@demo.example"] },
				password: { type: "string", maxLength: 1000, examples: ["a long sentence is best"] },
				name: { ...word, examples: ["Ada Byron"] },
				phoneNumber: nullable(word),
				timezone: nullable(timeZone),
			},
			{ title: "Registration", optional: ["phoneNumber", "timezone"] },
		),
		answers: { 201: { description: "The account is there, and signed in", ...sessionSchema } },
		failures: { 409: "The e-mail address has an account" },
	}),
	me: routeSchema({
		operationId: "readMe",
		tag,
		summary: "Who is signed in",
		answers: { 200: { description: "The account", ...account } },
	}),
	logout: routeSchema({
		operationId: "logout",
		tag,
		summary: "Sign out: the token ends at once",
		answers: { 204: nothing },
	}),
};
