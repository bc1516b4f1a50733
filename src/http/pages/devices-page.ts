import type { FastifyInstance } from "fastify";
import { type Caller, serverCaller } from "../../access/caller.ts";
import { requireRight } from "../../access/may.ts";
import { beginConnect, disconnect } from "../../devices/connect.ts";
import { healthOf } from "../../devices/health.ts";
import { progressOf } from "../../devices/progress.ts";
import { type WorkoutPair, workoutPairs } from "../../devices/same-workouts.ts";
import type { VendorName } from "../../devices/vendor.ts";
import { vendors } from "../../devices/vendors/all.ts";
import { Failure } from "../../fhir/failure.ts";
import { listRows } from "../../store/list-rows.ts";
import { DeviceConnections } from "../../tables/device-connections.ts";
import { browserVendors } from "../native/routes/device-connect.ts";
import { beginSync, type DeviceServices } from "../native/routes/devices.ts";
import { takeWord } from "../native/routes/same-workouts.ts";
import { signInAddress } from "../smart/session-routes.ts";
import { type DeviceShown, deviceItem } from "./device-item.ts";
import { failurePage } from "./failure-page.ts";
import { formOf, isRowId } from "./form.ts";
import { type Html, html } from "./html.ts";
import { sendPage } from "./page.ts";
import { workoutItem, workoutWord } from "./workout-item.ts";

const hidden = { schema: { hide: true }, errorHandler: failurePage({ href: "/devices", to: "your devices" }) };

/** Newest workouts of which two devices told that are shown. */
const mostPairs = 20;

/** `/devices`: a person's devices – connect, see how each is, sync, disconnect. */
export function registerDevicesPage(app: FastifyInstance, services: DeviceServices): void {
	const { database, devices } = services;

	app.get("/devices", hidden, async (request, reply) => {
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		const { connected, sync } = request.query as { connected?: string; sync?: string };
		const connections = await connectionsOf(services, caller, Number(sync));
		const pairs = await pairsOf(services, caller);
		const body = html`${isBrowserVendor(connected) && html`<p role="status"><strong>${vendors[connected].title} is connected.</strong> What it has arrives within a minute.</p>`}
${connections.length === 0 ? html`<p>You have connected no device.</p>` : html`<ul class="plain">${connections.map(deviceItem)}</ul>`}
${pairs.length > 0 && html`<h2>Workouts that two devices told of</h2><ul class="plain">${pairs.map(workoutItem)}</ul>`}
<h2>Connect</h2>${browserVendors.map(connectForm)}
<p><a class="button" href="/devices/samsung">Connect Samsung Health</a></p>`;
		return sendPage(reply, {
			title: "Your devices",
			body,
			formTargets: browserVendors.map((name) => originOf(services, name)),
			// Without a script, how far a sync has come is seen by looking again.
			againAfterSeconds: connections.some(({ progress }) => progress?.isRunning) ? 5 : undefined,
		});
	});

	app.post("/devices/connect", hidden, async (request, reply) => {
		const name = formOf(request, devices.baseUrl).get("vendor") ?? undefined;
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		if (!isBrowserVendor(name)) throw new Failure("invalid", "Choose a vendor");
		return reply.redirect(await beginConnect(devices, name, caller.userId, browserOf(caller)), 303);
	});

	app.post("/devices/disconnect", hidden, async (request, reply) => {
		const form = formOf(request, devices.baseUrl);
		const [name, id] = [form.get("vendor") ?? "", Number(form.get("device"))];
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		if (!isVendor(name) || !isRowId(id)) throw new Failure("invalid", "Choose a device");
		await disconnect(devices, name, caller.userId, id);
		return reply.redirect("/devices", 303);
	});

	app.post("/devices/sync", hidden, async (request, reply) => {
		const id = Number(formOf(request, devices.baseUrl).get("device"));
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		if (!isRowId(id)) throw new Failure("invalid", "Choose a device");
		const log = await beginSync(services, caller, id, true);
		return reply.redirect(`/devices?sync=${log.id}`, 303);
	});

	app.post("/devices/workouts", hidden, async (request, reply) => {
		const form = formOf(request, devices.baseUrl);
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		const { workout, key, isSame } = workoutWord(form);
		await takeWord(services, caller, workout, key, isSame);
		return reply.redirect("/devices", 303);
	});

	async function pairsOf({ accessLog }: DeviceServices, caller: Caller): Promise<WorkoutPair[]> {
		requireRight(caller, "exercise_logs", "read");
		const pairs = await database.read(serverCaller, (tx) => workoutPairs(tx, caller.userId, mostPairs));
		if (pairs.length > 0) {
			const returned = pairs.map(({ exerciseLogId }) => `exercise-logs/${exerciseLogId}`);
			const target = "exercise-logs";
			await accessLog.record({
				caller,
				action: "search",
				target,
				returned,
				patients: [caller.userId],
				outcome: "success",
			});
		}
		return pairs;
	}

	async function connectionsOf({ accessLog }: DeviceServices, caller: Caller, asked: number): Promise<DeviceShown[]> {
		requireRight(caller, "device_connections", "read");
		const filters = [{ property: "userId", is: "=" as const, value: caller.userId }];
		const found = await database.read(caller, async (tx) => {
			const { rows } = await listRows(tx, DeviceConnections, {
				filters,
				sort: { property: "id", descending: false },
				limit: 100,
			});
			return Promise.all(
				rows.map(async (row) => ({
					row,
					health: await healthOf(tx, row, devices.now()),
					progress: await progressOf(tx, row.id as number),
					asked,
				})),
			);
		});
		const returned = found.map(({ row }) => `devices/${row.id}`);
		await accessLog.record({
			caller,
			action: "search",
			target: "devices",
			returned,
			patients: [caller.userId],
			outcome: "success",
		});
		return found;
	}
}

/** What ties a connect to whoever is signed in with this browser. */
function browserOf({ userId }: Caller): string {
	return `user:${userId}`;
}

function isVendor(name: string): name is VendorName {
	return Object.hasOwn(vendors, name);
}

function isBrowserVendor(name: string | undefined): name is VendorName {
	return browserVendors.some((one) => one === name);
}

function originOf({ devices }: DeviceServices, name: VendorName): string {
	return new URL(devices.vendors[name].baseUrl ?? vendors[name].oauth?.authorize.origin ?? devices.baseUrl).origin;
}

function connectForm(name: VendorName): Html {
	return html`<form method="post" action="/devices/connect"><input type="hidden" name="vendor" value="${name}">
<div class="buttons"><button type="submit">Connect ${vendors[name].title}</button></div></form>
`;
}
