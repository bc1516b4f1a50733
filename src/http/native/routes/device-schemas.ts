import { deviceSyncLogs } from "../collections/device-sync-logs.ts";
import { devices } from "../collections/devices.ts";
import { arrayOf, nullable, object, type Properties, type Schema } from "../schema/json-schema.ts";
import { between, idParams, paging } from "../schema/parameters.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";
import { bodySchema, pageOf, rowSchema } from "../schema/row-schemas.ts";
import { instant, text } from "../schema/values.ts";

const tag = devices.path;
const page = (description: string): Schema => ({
	description,
	content: { "text/html": { schema: { type: "string" } } },
});
const log = rowSchema(deviceSyncLogs);
const body = bodySchema(devices, true);

const settings = `Settings of Samsung connections, which have no sign-in at Samsung:

- \`{"mode": "bridge", "url", "username", "password"}\` – an HTTP bridge of HCGateway's shape that a phone fills
- \`{"mode": "export", "url"}\` or \`{"mode": "export", "folder"}\` – personal-data exports, ZIP or CSV, at an address or in a folder below \`DEVICE_EXPORT_DIR\`; with neither they are sent to \`POST /api/devices/:id/export\`
- \`{"mode": "push", "secret"}\` – a phone posts Health Connect's data to \`pushUrl\`; without a secret one is made and shown once

\`timeZone\` goes with each. Passwords and secrets are sealed and never shown again. Strava and Polar are connected by \`GET /api/{vendor}/connect\`.`;

const added: Schema = object(
	{
		...(rowSchema(devices).properties as Properties),
		pushSecret: { ...text(), description: "Only of a push connection, and only now" },
		pushUrl: { ...text(2000), description: "Where the phone posts to" },
	},
	{ title: "AddedDeviceConnection", optional: ["pushSecret", "pushUrl"] },
);

const health: Schema = object(
	{
		state: { type: "string", enum: ["connected", "reconnect", "disconnected"] },
		isFresh: { type: "boolean", description: "The last good sync is not longer ago than two intervals" },
		lastSyncAt: nullable(instant),
		nextSyncAt: nullable(instant),
		failures: { type: "integer", minimum: 0, description: "Attempts that failed since the last good one" },
		lastError: nullable(text(10_000)),
		lastErrorAt: nullable(instant),
		audience: { type: "string", enum: ["owner", "care-team"], description: "Who sees what came from it" },
		isBackfilled: { type: "boolean", description: "What the vendor has from before is here as well" },
		complete: arrayOf(
			object({ feed: text(), from: nullable(instant), until: nullable(instant) }),
			"Between which times nothing here means nothing there",
		),
	},
	{ title: "ConnectionHealth" },
);

/** What the routes of devices say of themselves. */
export const deviceSchemas = {
	create: routeSchema({
		operationId: "createDeviceConnection",
		tag,
		summary: "Add one device connection",
		description: settings,
		body,
		answers: { 201: { description: "It is stored", ...added } },
		failures: [409],
	}),
	sync: routeSchema({
		operationId: "syncDevice",
		tag,
		summary: "Pull what is new now",
		params: idParams,
		query: { wait: { type: "boolean", description: "Answer when it has ended, with how it went" } },
		answers: { 200: { description: "How it went", ...log }, 202: { description: "It will be done; its log", ...log } },
		failures: [404, 409, 503],
	}),
	history: routeSchema({
		operationId: "listSyncHistory",
		tag,
		summary: "List how syncs of a device went",
		params: idParams,
		query: { ...between("syncStartedAt"), ...paging },
		answers: { 200: { description: "A page of logs", ...pageOf(log, "SyncHistoryPage") } },
		failures: [404],
	}),
	health: routeSchema({
		operationId: "readDeviceHealth",
		tag,
		summary: "Read how a connection is",
		params: idParams,
		answers: { 200: { description: "Its health", ...health } },
		failures: [404],
	}),
	push: routeSchema({
		operationId: "pushDeviceData",
		tag,
		summary: "Store what a phone pushes",
		description:
			"For Samsung connections of mode `push`: the JSON of Health Connect's webhook app. The phone shows the connection's secret as `X-Device-Secret` or `Authorization: Bearer`, or signs the body with it: `X-Signature: sha256=<hex HMAC-SHA256>`. What came before is known and left alone.",
		params: idParams,
		answers: {
			200: {
				description: "It is stored",
				...object(
					{ recordsSynced: { type: "integer", minimum: 0 }, errorMessage: nullable(text(10_000)) },
					{ title: "PushResult" },
				),
			},
		},
		failures: [404, 409, 413, 415, 503],
		open: true,
	}),
	connect: (operationId: string, title: string) =>
		routeSchema({
			operationId,
			tag,
			summary: `Begin to connect ${title}`,
			description: "The address to open in the browser. It comes back to the callback, once, within 15 minutes.",
			answers: {
				200: { description: "Where to go", ...object({ url: text(4000) }, { title: "ConnectAddress" }) },
			},
			failures: [400],
		}),
	callback: (operationId: string, title: string) =>
		routeSchema({
			operationId,
			tag,
			summary: `End of connecting ${title}, in the browser`,
			query: Object.fromEntries(
				["code", "state", "scope", "error", "error_description", "iss"].map((name) => [name, text(4000)]),
			),
			answers: {
				302: { type: "null", description: "Connected: to /devices" },
				422: page("What is wrong, in words"),
				502: page("The vendor does not answer as it should, in words"),
			},
			open: true,
		}),
	disconnect: (operationId: string, title: string) =>
		routeSchema({
			operationId,
			tag,
			summary: `Disconnect ${title}`,
			description: "Ends the access here and at the vendor. What was pulled stays.",
			answers: { 204: nothing },
			failures: [404],
		}),
	event: (operationId: string, title: string) =>
		routeSchema({
			operationId,
			tag,
			summary: `Take an event of ${title}'s in`,
			answers: {
				200: { description: "Taken", ...object({ received: { type: "boolean" } }, { title: "EventReceipt" }) },
			},
			failures: { 401: "The signature does not fit", 413: "The body is too large", 415: "The body is no JSON" },
			open: true,
		}),
	handshake: (operationId: string, title: string) =>
		routeSchema({
			operationId,
			tag,
			summary: `Show ${title} that this address is ours`,
			query: Object.fromEntries(["hub.mode", "hub.challenge", "hub.verify_token"].map((name) => [name, text(1000)])),
			answers: {
				200: {
					description: "The challenge again",
					type: "object",
					additionalProperties: false,
					properties: { "hub.challenge": text(1000) },
				},
			},
			failures: { 403: "hub.verify_token is not ours" },
			open: true,
		}),
};
