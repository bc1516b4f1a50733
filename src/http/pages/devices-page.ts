import type { FastifyInstance } from "fastify";
import type { Caller } from "../../access/caller.ts";
import { requireRight } from "../../access/may.ts";
import { beginConnect, disconnect } from "../../devices/connect.ts";
import { type ConnectionHealth, healthOf } from "../../devices/health.ts";
import { type Progress, progressOf, type SyncSoFar } from "../../devices/progress.ts";
import type { VendorName } from "../../devices/vendor.ts";
import { vendors } from "../../devices/vendors/all.ts";
import { Failure } from "../../fhir/failure.ts";
import { listRows } from "../../store/list-rows.ts";
import type { RowValues } from "../../store/rows.ts";
import { DeviceConnections } from "../../tables/device-connections.ts";
import { browserVendors } from "../native/routes/device-connect.ts";
import { addConnection, beginSync, type DeviceServices, isSentHere } from "../native/routes/devices.ts";
import { signInAddress } from "../smart/session-routes.ts";
import { formOf } from "./form.ts";
import { type Html, html } from "./html.ts";
import { sendPage } from "./page.ts";

const hidden = { schema: { hide: true } };

/** `/devices`: a person's devices – connect, see how each is, sync, disconnect. */
export function registerDevicesPage(app: FastifyInstance, services: DeviceServices): void {
	const { database, devices } = services;

	app.get("/devices", hidden, async (request, reply) => {
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		const connections = await connectionsOf(services, caller);
		const { connected } = request.query as { connected?: string };
		const body = html`${isBrowserVendor(connected) && html`<p role="status"><strong>${vendors[connected].title} is connected.</strong> What it has arrives within a minute.</p>`}
${connections.length === 0 ? html`<p>You have connected no device.</p>` : html`<ul class="plain">${connections.map(shown)}</ul>`}
<h2>Connect</h2>${browserVendors.map(connectForm)}
<h2>Samsung Health</h2>
<p>Samsung has no sign-in for health data: the phone brings it. Add the phone here, and enter address and secret in an app that posts
Health Connect's data. Bridges and exports are added by <a href="/docs">POST /api/devices</a>.</p>
<form method="post" action="/devices/phone"><div class="buttons"><button type="submit">Add a phone</button></div></form>`;
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
		const name = formOf(request, devices.baseUrl).get("vendor") ?? undefined;
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		if (!isBrowserVendor(name)) throw new Failure("invalid", "Choose a vendor");
		await disconnect(devices, name, caller.userId);
		return reply.redirect("/devices", 303);
	});

	app.post("/devices/sync", hidden, async (request, reply) => {
		const id = Number(formOf(request, devices.baseUrl).get("device"));
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		if (!Number.isSafeInteger(id) || id < 1 || id > 2_147_483_647) throw new Failure("invalid", "Choose a device");
		await beginSync(services, caller, id, true);
		return reply.redirect("/devices", 303);
	});

	app.post("/devices/phone", hidden, async (request, reply) => {
		formOf(request, devices.baseUrl);
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress("/devices"), 303);
		const given = { userId: caller.userId, deviceType: "samsung", deviceName: "Phone", settings: { mode: "push" } };
		const { row, pushSecret = "" } = await addConnection(services, caller, given);
		const body = html`<p>Enter both in the app on the phone. The secret is shown only now.</p>
<dl><dt>Address</dt><dd><code>${devices.baseUrl}/api/devices/${row.id as number}/push</code></dd>
<dt>Header</dt><dd><code>X-Device-Secret: ${pushSecret}</code></dd></dl><p><a href="/devices">Back to your devices</a></p>`;
		return sendPage(reply, { title: "A phone was added", body, status: 201 });
	});

	async function connectionsOf({ accessLog }: DeviceServices, caller: Caller): Promise<Shown[]> {
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

const stateWords = { connected: "connected", reconnect: "must be connected again", disconnected: "not connected" };

interface Shown {
	readonly row: RowValues;
	readonly health: ConnectionHealth;
	readonly progress: Progress | undefined;
}

/** What is under way, in words. */
function wordsFor({ recordsSynced, isBackfill }: SyncSoFar, { complete }: Progress, title: string): Html {
	const from = complete.flatMap(({ from }) => from ?? []).sort()[0];
	const soFar = `${recordsSynced.toLocaleString("en")} ${recordsSynced === 1 ? "record" : "records"} so far`;
	return isBackfill
		? html`<p role="status">Getting what ${title} has from before: ${soFar}${from !== undefined && `, back to ${from.slice(0, 10)}`}.</p>`
		: html`<p role="status">Syncing now: ${soFar}.</p>`;
}

function shown({ row, health, progress }: Shown): Html {
	const vendor = vendors[row.deviceType as VendorName];
	const name = (row.deviceName as string | null) ?? vendor.title;
	const settings = (JSON.parse((row.settings as string | null) ?? "{}") ?? {}) as Record<string, unknown>;
	const mode = typeof settings.mode === "string" ? settings.mode : undefined;
	const comesByItself = mode === "push" || (mode === "export" && isSentHere(settings));
	const pulls = health.state !== "disconnected" && !comesByItself;
	return html`<li><strong>${name}</strong> ${mode !== undefined && html`(${vendor.title} via ${mode})`} – ${stateWords[health.state]}
<p class="soft">${health.lastSyncAt === null ? "Nothing has come yet." : `Last synced ${health.lastSyncAt.slice(0, 16).replace("T", " ")} UTC.`}
${health.lastError !== null && html`Since then: ${health.lastError}.`}
${health.audience === "owner" ? "Only you see what it brings." : "You and your care team see what it brings."}</p>
${progress?.syncs.filter(({ status }) => status === "pending").map((sync) => wordsFor(sync, progress, vendor.title))}
${
	pulls &&
	html`<form method="post" action="/devices/sync"><input type="hidden" name="device" value="${row.id as number}">
<button type="submit" aria-label="Sync ${name} now">Sync now</button></form>`
}
${
	pulls &&
	vendor.oauth !== undefined &&
	html`<form method="post" action="/devices/disconnect"><input type="hidden" name="vendor" value="${vendor.name}">
<button type="submit" class="second" aria-label="Disconnect ${name}">Disconnect</button></form>`
}</li>
`;
}
