import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../../../access/caller.ts";
import type { AccessLog } from "../../../audit/access-log.ts";
import type { Clients, ClientValues } from "../../../auth/clients.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { administrator } from "../administrator.ts";
import { arrayOf, nullable, object } from "../schema/json-schema.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";
import { instant } from "../schema/values.ts";

/** What managing clients needs. */
export interface ClientServices {
	readonly accessLog: AccessLog;
	readonly clients: Clients;
}

type Change = Partial<ClientValues> & { readonly rotateSecret?: boolean };

/** `/api/admin/clients`: the apps that may ask for access, for administrators. */
export function registerAdminClients(app: FastifyInstance, { accessLog, clients }: ClientServices): void {
	const note = (caller: Caller, action: string, clientId: string) =>
		accessLog.record({ caller, action, target: `admin/clients/${clientId}`, outcome: "success" });

	app.get("/api/admin/clients", { schema: schemas.list }, async (request) => {
		const caller = await administrator(request, only);
		const data = await clients.list();
		await accessLog.record({ caller, action: "search", target: "admin/clients", outcome: "success" });
		return { data };
	});
	app.post("/api/admin/clients", { schema: schemas.add }, async (request, reply) => {
		const caller = await administrator(request, only);
		const { clientId, ...given } = request.body as Partial<ClientValues> & { name: string; clientId?: string };
		const made = await clients.add(clientId, { ...empty, ...given });
		await note(caller, "create", made.clientId);
		return reply.code(201).header("location", `/api/admin/clients/${made.clientId}`).send(made);
	});
	app.get("/api/admin/clients/:clientId", { schema: schemas.read }, async (request) => {
		const caller = await administrator(request, only);
		const client = await clients.get(idIn(request));
		await note(caller, "read", client.clientId);
		return client;
	});
	app.patch("/api/admin/clients/:clientId", { schema: schemas.change }, async (request) => {
		const caller = await administrator(request, only);
		const { rotateSecret, ...values } = request.body as Change;
		const client = await clients.change(idIn(request), values, rotateSecret);
		await note(caller, "update", client.clientId);
		return client;
	});
	app.delete("/api/admin/clients/:clientId", { schema: schemas.remove }, async (request, reply) => {
		const caller = await administrator(request, only);
		await clients.remove(idIn(request));
		await note(caller, "delete", idIn(request));
		return reply.code(204).send();
	});
	refuseOtherMethods(app, "/api/admin/clients", ["GET", "POST"]);
	refuseOtherMethods(app, "/api/admin/clients/:clientId", ["GET", "PATCH", "DELETE"]);
}

function idIn(request: FastifyRequest): string {
	return (request.params as { clientId: string }).clientId;
}

const empty: ClientValues = {
	name: "",
	authMethod: "none",
	redirectUris: [],
	launchUrl: null,
	jwks: null,
	jwksUri: null,
	scopes: null,
};

const address = {
	type: "string",
	maxLength: 2000,
	pattern: "^[^\\u0000\\s]+$",
	examples: ["https://app.example/callback"],
};
const clientId = { type: "string", minLength: 1, maxLength: 100, examples: ["my-app"] };
const values = {
	name: {
		type: "string",
		minLength: 1,
		maxLength: 200,
		pattern: "^[^\\u0000]*$",
		description: "What people read when it asks for access",
		examples: ["My app"],
	},
	authMethod: {
		type: "string",
		enum: ["none", "client_secret_basic", "private_key_jwt"],
		description: "How it proves that it is itself; `none` for apps in browsers and on phones",
	},
	redirectUris: { ...arrayOf(address, "Where people come back to, exactly; none for a backend client"), maxItems: 20 },
	launchUrl: nullable({
		...address,
		description: "Where it is opened from here",
		examples: ["https://app.example/launch"],
	}),
	jwks: nullable({
		type: "object",
		additionalProperties: true,
		description: "Public keys of `private_key_jwt` (RFC 7517), RS384 or ES384",
		examples: [{ keys: [{ kty: "EC", crv: "P-384", kid: "1", x: "…", y: "…" }] }],
	}),
	jwksUri: nullable({
		...address,
		description: "Where they are, in place of `jwks`",
		examples: ["https://app.example/jwks.json"],
	}),
	scopes: nullable({
		type: "string",
		maxLength: 4000,
		pattern: "^\\S+( \\S+)*$",
		description:
			"What it may ask for at most, space separated; null: whatever the person agrees to. Backend clients need it.",
		examples: ["patient/*.rs"],
	}),
};
const client = object(
	{
		clientId,
		...values,
		grantTypes: arrayOf({ type: "string", examples: ["authorization_code"] }),
		registeredItself: {
			type: "boolean",
			description: "It came by dynamic registration: nobody here has looked at it",
			examples: [false],
		},
		createdAt: instant,
		updatedAt: instant,
		clientSecret: { type: "string", description: "Once only, in the answer that made it", examples: ["a long secret"] },
	},
	{ title: "Client", optional: ["clientSecret"] },
);
const params = object({ clientId });
const only = "Only administrators manage apps";
const tag = "apps";

const schemas = {
	list: routeSchema({
		operationId: "listClients",
		tag,
		summary: "List the apps that may ask for access",
		answers: { 200: { description: "All of them", ...object({ data: arrayOf(client) }, { title: "ClientList" }) } },
		failures: { 403: only },
	}),
	add: routeSchema({
		operationId: "createClient",
		tag,
		summary: "Register an app",
		body: object(
			{ clientId, ...values },
			{ title: "NewClient", optional: ["clientId", "redirectUris", "launchUrl", "jwks", "jwksUri", "scopes"] },
		),
		answers: { 201: { description: "It is registered; a secret is shown this once", ...client } },
		failures: { 403: only, 409: "The clientId is taken" },
	}),
	read: routeSchema({
		operationId: "readClient",
		tag,
		summary: "Read one app's registration",
		params,
		answers: { 200: { description: "It", ...client } },
		failures: { 403: only, 404: "There is no such client" },
	}),
	change: routeSchema({
		operationId: "changeClient",
		tag,
		summary: "Change an app's registration, or give it a new secret",
		params,
		body: object(
			{ ...values, rotateSecret: { type: "boolean", description: "A new secret; the old one ends at once" } },
			{ title: "ClientChange", optional: [...Object.keys(values), "rotateSecret"] },
		),
		answers: { 200: { description: "As it is now", ...client } },
		failures: { 403: only, 404: "There is no such client" },
	}),
	remove: routeSchema({
		operationId: "deleteClient",
		tag,
		summary: "Remove an app: its tokens end at once, everywhere",
		params,
		answers: { 204: nothing },
		failures: { 403: only, 404: "There is no such client" },
	}),
};
