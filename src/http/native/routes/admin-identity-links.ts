import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../../../access/caller.ts";
import type { AccessLog } from "../../../audit/access-log.ts";
import type { IdentityLinks, NoteLink } from "../../../auth/hospital/identity-links.ts";
import { Failure } from "../../../fhir/failure.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { administrator } from "../administrator.ts";
import { arrayOf, nullable, object } from "../schema/json-schema.ts";
import { idParams, paging } from "../schema/parameters.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";
import { instant, rowId } from "../schema/values.ts";

/** What managing links needs. */
export interface IdentityLinkServices {
	readonly accessLog: AccessLog;
	readonly identityLinks: IdentityLinks;
}

/** `/api/admin/identity-links`: who is who at the hospital's identity provider, for administrators. */
export function registerAdminIdentityLinks(app: FastifyInstance, services: IdentityLinkServices): void {
	const { accessLog, identityLinks } = services;
	const url = "/api/admin/identity-links";

	/** The entry of a change, within its transaction. */
	const noting = (caller: Caller, action: string): NoteLink => {
		return (tx, linkId, userId) =>
			accessLog.include(tx, { caller, action, target: targetOf(linkId), patients: [userId], outcome: "success" });
	};

	app.get(url, { schema: schemas.list }, async (request) => {
		const caller = await administrator(request, only);
		const { userId, limit, cursor } = request.query as { userId?: number; limit: number; cursor?: string };
		if (cursor !== undefined && !/^[1-9]\d{0,8}$/.test(cursor)) {
			throw new Failure("invalid", "cursor is not one of a page before", { expression: "cursor" });
		}
		const data = await identityLinks.list(userId, Number(cursor ?? 0), limit);
		const patients = [...new Set(data.map((link) => link.userId))];
		await accessLog.record({ caller, action: "search", target: "admin/identity-links", patients, outcome: "success" });
		return { data, nextCursor: data.length === limit ? String(data.at(-1)?.id) : null };
	});
	app.post(url, { schema: schemas.add }, async (request, reply) => {
		const caller = await administrator(request, only);
		const { subject, userId } = request.body as { subject: string; userId: number };
		const made = await identityLinks.add(subject, userId, noting(caller, "create"));
		return reply.code(201).header("location", `${url}/${made.id}`).send(made);
	});
	app.get(`${url}/:id`, { schema: schemas.read }, async (request) => {
		const caller = await administrator(request, only);
		const link = await identityLinks.get(idIn(request));
		const patients = [link.userId];
		await accessLog.record({ caller, action: "read", target: targetOf(link.id), patients, outcome: "success" });
		return link;
	});
	app.delete(`${url}/:id`, { schema: schemas.remove }, async (request, reply) => {
		const caller = await administrator(request, only);
		await identityLinks.remove(idIn(request), noting(caller, "delete"));
		return reply.code(204).send();
	});
	refuseOtherMethods(app, url, ["GET", "POST"]);
	refuseOtherMethods(app, `${url}/:id`, ["GET", "DELETE"]);
}

function targetOf(id: number): string {
	return `admin/identity-links/${id}`;
}

function idIn(request: FastifyRequest): number {
	return (request.params as { id: number }).id;
}

const subject = {
	type: "string",
	minLength: 1,
	maxLength: 255,
	pattern: "^[^\\u0000]*$",
	description: "Who they are at the provider (`sub`): the page that refuses them shows it",
	examples: ["248289761001"],
};
const userId = { ...rowId, description: "users.id of the account they are here" };
const link = object(
	{
		id: rowId,
		issuer: { type: "string", description: "The provider", examples: ["https://id.hospital.example"] },
		subject,
		userId,
		madeBy: {
			type: "string",
			enum: ["email", "administrator"],
			description: "`email`: by an address the provider has verified, when they first signed in",
		},
		createdAt: instant,
		lastUsedAt: nullable({ ...instant, description: "When somebody last signed in by it" }),
	},
	{ title: "IdentityLink" },
);
const only = "Only administrators manage who signs in by the identity provider";
const none = "There is no such link";
const tag = "auth";

const schemas = {
	list: routeSchema({
		operationId: "listIdentityLinks",
		tag,
		summary: "List who is who at the hospital's identity provider",
		query: { userId: { ...rowId, description: "users.id: the links of one account" }, ...paging },
		answers: {
			200: {
				description: "A page of them, by id",
				...object(
					{
						data: arrayOf(link),
						nextCursor: nullable({ type: "string", description: "`cursor` of the next page; null: this is the last" }),
					},
					{ title: "IdentityLinkList" },
				),
			},
		},
		failures: { 403: only },
	}),
	add: routeSchema({
		operationId: "createIdentityLink",
		tag,
		summary: "Connect somebody at the identity provider with an account",
		description: "They then sign in there as this account, whatever their e-mail address. Needs a configured provider.",
		body: object({ subject, userId }, { title: "NewIdentityLink" }),
		answers: { 201: { description: "They are connected", ...link } },
		failures: { 403: only, 409: "The subject is connected to an account already" },
	}),
	read: routeSchema({
		operationId: "readIdentityLink",
		tag,
		summary: "Read one connection",
		params: idParams,
		answers: { 200: { description: "It", ...link } },
		failures: { 403: only, 404: none },
	}),
	remove: routeSchema({
		operationId: "deleteIdentityLink",
		tag,
		summary: "End a connection: the account is signed out in all browsers",
		description:
			"Where accounts are found by a verified e-mail address, the person may be connected again when they next sign in.",
		params: idParams,
		answers: { 204: nothing },
		failures: { 403: only, 404: none },
	}),
};
