/** Devices and the queue put together for app.ts: features may not import the queue, nor the queue's tasks know what they do. */
import type { AccessLog } from "./audit/access-log.ts";
import { saveSecrets } from "./devices/access.ts";
import { backfill } from "./devices/backfill.ts";
import { handOutDue } from "./devices/due.ts";
import type { DeviceParts } from "./devices/parts.ts";
import { pull } from "./devices/pull.ts";
import { revokeDue } from "./devices/revoke.ts";
import type { Errand } from "./devices/vendor.ts";
import { vendors } from "./devices/vendors/all.ts";
import { subscribe } from "./devices/webhook.ts";
import type { DeviceServices } from "./http/native/routes/devices.ts";
import type { Queue } from "./jobs/queue.ts";
import { backfillDevice, type DeviceWork, syncDevice } from "./jobs/tasks/sync-devices.ts";

/** What the device routes are handed beyond what all routes have. */
export function deviceServices(
	parts: DeviceParts,
	queue: Queue,
): Pick<DeviceServices, "devices" | "addPull" | "addBackfill" | "keepDeviceSecrets"> {
	return {
		devices: parts,
		async addPull(tx, connectionId, syncLogId, errand) {
			await queue.add(syncDevice, [{ data: { connectionId, syncLogId, errand } }], tx);
		},
		async addBackfill(tx, connectionId) {
			await queue.add(syncDevice, [{ data: { connectionId, syncLogId: null, errand: null } }], tx);
			await queue.add(backfillDevice, [{ data: { connectionId }, afterSeconds: 5 }], tx);
		},
		keepDeviceSecrets: (tx, id, secrets) => tx.asSystem(() => saveSecrets(parts, tx, id, secrets)),
	};
}

/** What the tasks of devices do. */
export function deviceWork(parts: DeviceParts, queue: Queue, log: { info(message: string): void }): DeviceWork {
	return {
		async pull(connectionId, syncLogId, given, signal) {
			const errand = (given as Errand | null) ?? undefined;
			const { errandAt } = await pull(parts, connectionId, syncLogId, { errand, signal });
			if (errandAt === undefined || errand?.do !== "fetch") return;
			const again = { ...errand, failures: (errand.failures ?? 0) + 1 };
			const afterSeconds = Math.max(1, Math.ceil((errandAt - parts.now()) / 1000));
			await queue.add(syncDevice, [{ data: { connectionId, syncLogId: null, errand: again }, afterSeconds }]);
		},
		async backfill(connectionId, signal) {
			const at = await backfill(parts, connectionId, signal);
			return at === undefined ? undefined : Math.max(1, Math.ceil((at - parts.now()) / 1000));
		},
		async handOutDue() {
			await handOutDue(parts, (tx, ids) =>
				queue.add(
					syncDevice,
					ids.map((connectionId) => ({ data: { connectionId, syncLogId: null, errand: null } })),
					tx,
				),
			);
		},
		async goOn(connectionId, afterSeconds) {
			await queue.add(backfillDevice, [{ data: { connectionId }, afterSeconds }]);
		},
		revoke: (signal) => revokeDue(parts, { signal }),
		async subscribe() {
			for (const { name, webhooks } of Object.values(vendors)) {
				const { clientId, clientSecret } = parts.vendors[name];
				if (webhooks === undefined || clientId === null || clientSecret === null) continue;
				log.info(await subscribe(parts, name));
			}
		},
	};
}

/** Makes what a pull wrote part of the access log. */
export function noteDeviceWrite(audit: AccessLog): DeviceParts["note"] {
	return (tx, { target, returned, patients }) =>
		audit.include(tx, { caller: tx.caller, action: "update", target, returned, patients, outcome: "success" });
}
