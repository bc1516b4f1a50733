import type { FastifyInstance, FastifyRequest } from "fastify";
import { receivePush } from "../../../devices/push.ts";
import { vendors } from "../../../devices/vendors/all.ts";
import { isVerifyToken, receiveEvent } from "../../../devices/webhook.ts";
import { Failure } from "../../../fhir/failure.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { browserVendors } from "./device-connect.ts";
import { deviceSchemas as schemas } from "./device-schemas.ts";
import type { DeviceServices } from "./devices.ts";

/** Bytes; events are a line, a push is two days of a watch. */
const eventLimit = 64 * 1024;
const pushLimit = 8 * 1024 * 1024;

/**
 * What vendors and phones send: `POST /api/webhooks/{vendor}`, Strava's handshake by `GET` there, `POST /api/devices/:id/push`. Bodies stay text:
 * signatures are over what came.
 */
export async function registerDeviceEvents(app: FastifyInstance, services: DeviceServices): Promise<void> {
	await app.register(async (raw) => {
		raw.removeAllContentTypeParsers();
		raw.addContentTypeParser(/^application\/json(?:\s*;|$)/i, { parseAs: "string" }, (_request, text, done) =>
			done(null, text),
		);
		for (const name of browserVendors) {
			const hooks = vendors[name].webhooks;
			const { title } = vendors[name];
			if (hooks === undefined) continue;
			const url = `/api/webhooks/${name}`;
			raw.post(
				url,
				{ schema: schemas.event(`receive${title}Event`, title), bodyLimit: eventLimit },
				async (request) => {
					const event = { signature: headerOf(request, hooks.signatureHeader), body: textOf(request) };
					await receiveEvent(services.devices, name, event, (tx, id, errand) => services.addPull(tx, id, null, errand));
					return { received: true };
				},
			);
			if (name !== "strava") refuseOtherMethods(raw, url, ["POST"]);
		}
		raw.get("/api/webhooks/strava", { schema: schemas.handshake("verifyStravaWebhook", "Strava") }, async (request) => {
			const query = request.query as Record<string, string | undefined>;
			const ours = isVerifyToken(services.devices.vendors.strava, query["hub.verify_token"] ?? "");
			if (query["hub.mode"] !== "subscribe" || query["hub.challenge"] === undefined) {
				throw new Failure("invalid", "hub.mode must be subscribe, with hub.challenge", { expression: "hub.mode" });
			}
			if (!ours) throw new Failure("forbidden", "hub.verify_token is not ours", { expression: "hub.verify_token" });
			return { "hub.challenge": query["hub.challenge"] };
		});
		refuseOtherMethods(raw, "/api/webhooks/strava", ["GET", "POST"]);
		raw.post("/api/devices/:id/push", { schema: schemas.push, bodyLimit: pushLimit }, async (request) => {
			const proof = {
				secret: headerOf(request, "x-device-secret") ?? request.bearerToken(),
				signature: headerOf(request, "x-signature"),
			};
			const { id } = request.params as { id: number };
			const { recordsSynced, errorMessage } = await receivePush(services.devices, id, proof, textOf(request));
			return { recordsSynced, errorMessage };
		});
		refuseOtherMethods(raw, "/api/devices/:id/push", ["POST"]);
	});
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
	const value = request.headers[name];
	return typeof value === "string" && value !== "" ? value : undefined;
}

function textOf({ body }: FastifyRequest): string {
	return typeof body === "string" ? body : "";
}
