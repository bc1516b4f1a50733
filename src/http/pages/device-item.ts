import type { ConnectionHealth } from "../../devices/health.ts";
import type { Progress, SyncSoFar } from "../../devices/progress.ts";
import type { VendorName } from "../../devices/vendor.ts";
import { vendors } from "../../devices/vendors/all.ts";
import type { RowValues } from "../../store/rows.ts";
import { isSentHere } from "../native/routes/devices.ts";
import { type Html, html } from "./html.ts";

const stateWords = { connected: "connected", reconnect: "must be connected again", disconnected: "not connected" };

/** A connection as its person sees it. */
export interface DeviceShown {
	readonly row: RowValues;
	readonly health: ConnectionHealth;
	readonly progress: Progress | undefined;
	/** The id of the sync they began on this page, whose end is told; NaN for none. */
	readonly asked: number;
}

/** What is under way, in words. */
function wordsFor({ recordsSynced, isBackfill }: SyncSoFar, { complete }: Progress, title: string): Html {
	const from = complete.flatMap(({ from }) => from ?? []).sort()[0];
	const soFar = `${recordsSynced.toLocaleString("en")} ${recordsSynced === 1 ? "record" : "records"} so far`;
	return isBackfill
		? html`<p role="status">Getting what ${title} has from before: ${soFar}${from !== undefined && `, back to ${from.slice(0, 10)}`}.</p>`
		: html`<p role="status">Syncing now: ${soFar}.</p>`;
}

/** How a sync that somebody waits for has ended. */
function wordsForEnd({ status, recordsSynced, errorMessage }: SyncSoFar): Html {
	if (status === "failed") return html`<p class="bad" role="alert">${errorMessage}.</p>`;
	const told = recordsSynced === 1 ? "1 record was" : `${recordsSynced.toLocaleString("en")} records were`;
	return html`<p class="good" role="status">Done: ${told} new or changed${errorMessage !== null && html`; ${errorMessage}`}.</p>`;
}

/** An item of the list of devices. */
export function deviceItem({ row, health, progress, asked }: DeviceShown): Html {
	const vendor = vendors[row.deviceType as VendorName];
	const name = (row.deviceName as string | null) ?? vendor.title;
	const settings = (JSON.parse((row.settings as string | null) ?? "{}") ?? {}) as Record<string, unknown>;
	const mode = typeof settings.mode === "string" ? settings.mode : undefined;
	const takesExports = mode === "export" && row.isActive !== false;
	const pulls = health.state !== "disconnected" && mode !== "push" && !(mode === "export" && isSentHere(settings));
	const ended = progress?.syncs.filter(({ id, status }) => id === asked && status !== "pending");
	return html`<li><strong>${name}</strong> ${mode !== undefined && html`(${vendor.title} via ${mode})`} – ${stateWords[health.state]}
<p class="soft">${health.lastSyncAt === null ? "Nothing has come yet." : `Last synced ${health.lastSyncAt.slice(0, 16).replace("T", " ")} UTC.`}
${health.lastError !== null && html`Since then: ${health.lastError}.`}
${health.audience === "owner" ? "Only you see what it brings." : "You and your care team see what it brings."}</p>
${progress?.syncs.filter(({ status }) => status === "pending").map((sync) => wordsFor(sync, progress, vendor.title))}
${ended?.map(wordsForEnd)}
${takesExports && html`<p><a class="button" href="/devices/${row.id as number}/export" aria-label="Send an export to ${name}">Send an export</a></p>`}
${
	pulls &&
	html`<form method="post" action="/devices/sync"><input type="hidden" name="device" value="${row.id as number}">
<button type="submit" aria-label="Sync ${name} now">Sync now</button></form>`
}
${
	health.state !== "disconnected" &&
	html`<form method="post" action="/devices/disconnect"><input type="hidden" name="vendor" value="${vendor.name}">
<input type="hidden" name="device" value="${row.id as number}">
<button type="submit" class="second" aria-label="Disconnect ${name}">Disconnect</button></form>`
}</li>
`;
}
