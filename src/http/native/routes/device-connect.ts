import type { FastifyInstance } from "fastify";
import { beginConnect, disconnect, endConnect } from "../../../devices/connect.ts";
import { VendorTrouble } from "../../../devices/trouble.ts";
import type { VendorName } from "../../../devices/vendor.ts";
import { vendors } from "../../../devices/vendors/all.ts";
import { Failure } from "../../../fhir/failure.ts";
import { html } from "../../pages/html.ts";
import { sendPage } from "../../pages/page.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { deviceSchemas as schemas } from "./device-schemas.ts";
import type { DeviceServices } from "./devices.ts";

/** Vendors that are connected in the browser. */
export const browserVendors: readonly VendorName[] = Object.values(vendors)
	.filter(({ oauth }) => oauth !== undefined)
	.map(({ name }) => name);

const named = (verb: string, name: VendorName) => `${verb}${vendors[name].title}`;

/** `GET /api/{vendor}/connect`, `DELETE /api/{vendor}/disconnect`. */
export function registerDeviceConnect(app: FastifyInstance, services: DeviceServices): void {
	for (const name of browserVendors) {
		const { title } = vendors[name];
		app.get(`/api/${name}/connect`, { schema: schemas.connect(named("connect", name), title) }, async (request) => {
			const caller = await request.caller();
			return { url: await beginConnect(services.devices, name, caller.userId) };
		});
		app.delete(
			`/api/${name}/disconnect`,
			{ schema: schemas.disconnect(named("disconnect", name), title) },
			async (request, reply) => {
				const caller = await request.caller();
				const ended = await disconnect(services.devices, name, caller.userId);
				if (ended === 0) throw new Failure("not-found", `${title} is not connected`);
				return reply.code(204).send();
			},
		);
		refuseOtherMethods(app, `/api/${name}/connect`, ["GET"]);
		refuseOtherMethods(app, `/api/${name}/disconnect`, ["DELETE"]);
	}
}

/** `GET /api/{vendor}/callback`: where the vendor sends the browser back to. The state in it says whom it is about. */
export function registerDeviceCallback(app: FastifyInstance, services: DeviceServices): void {
	for (const name of browserVendors) {
		const { title } = vendors[name];
		app.get(
			`/api/${name}/callback`,
			{ schema: schemas.callback(named("finishConnecting", name), title) },
			async (request, reply) => {
				try {
					const callback = new URL(request.url, services.devices.baseUrl);
					// Begun on our page by somebody signed in, it ends with the same person signed in only.
					const browser = await request.browserCaller(reply);
					await endConnect(
						services.devices,
						name,
						callback,
						browser === undefined ? undefined : `user:${browser.userId}`,
						services.addBackfill,
					);
					return reply.redirect(`/devices?connected=${name}`, 302);
				} catch (error) {
					if (!(error instanceof VendorTrouble)) throw error;
					const body = html`<p>${error.message}.</p><p><a href="/devices">Back to your devices</a></p>`;
					return sendPage(reply, {
						title: `${title} is not connected`,
						body,
						status: error.what === "later" ? 502 : 422,
					});
				}
			},
		);
		refuseOtherMethods(app, `/api/${name}/callback`, ["GET"]);
	}
}
