import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../../../access/caller.ts";
import { requireRight } from "../../../access/may.ts";
import type { AccessLog } from "../../../audit/access-log.ts";
import { saveSecrets } from "../../../devices/access.ts";
import { healthOf } from "../../../devices/health.ts";
import type { DeviceParts } from "../../../devices/parts.ts";
import { pull } from "../../../devices/pull.ts";
import { readSettings } from "../../../devices/settings.ts";
import { beginLog } from "../../../devices/sync-log.ts";
import type { Errand, VendorName } from "../../../devices/vendor.ts";
import { Failure } from "../../../fhir/failure.ts";
import type { Database, Transaction } from "../../../store/database.ts";
import { saveConnectionState } from "../../../store/devices/connections.ts";
import { listRows } from "../../../store/list-rows.ts";
import { allocateIds, insertRows, type RowValues, requireRow } from "../../../store/rows.ts";
import { DeviceConnections } from "../../../tables/device-connections.ts";
import { DeviceSyncLogs } from "../../../tables/device-sync-logs.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { deviceSyncLogs } from "../collections/device-sync-logs.ts";
import { devices } from "../collections/devices.ts";
import type { DeriveTools } from "../derive.ts";
import { etag } from "../etag.ts";
import { type ListParameters, listQuery, writeCursor } from "../list-query.ts";
import { withOwner } from "../ownership.ts";
import { present, valuesToInsert } from "../values.ts";
import { deviceSchemas as schemas } from "./device-schemas.ts";

/** What the routes of devices need. */
export interface DeviceServices extends DeriveTools {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly devices: DeviceParts;
	/** Adds a pull to the queue, there if and only if the transaction commits. */
	readonly addPull: (
		tx: Transaction,
		connectionId: number,
		syncLogId: number | null,
		errand: Errand | null,
	) => Promise<void>;
	/** Adds a pull and getting what a vendor has from before, there if and only if the transaction commits. */
	readonly addBackfill: (tx: Transaction, connectionId: number) => Promise<void>;
}

/** `/api/devices`: adding a connection, pulling it now, how it went and how it is. Reading and changing rows is the collection's. */
export function registerDevices(app: FastifyInstance, services: DeviceServices): void {
	const { database } = services;

	app.post("/api/devices", { schema: schemas.create }, async (request, reply) => {
		const caller = await request.caller();
		const { row, pushSecret } = await addConnection(services, caller, request.body as RowValues);
		reply.code(201).header("location", `/api/devices/${row.id}`).header("etag", etag(row.version));
		const shown = present(devices, row, services);
		if (pushSecret === undefined) return shown;
		return { ...shown, pushSecret, pushUrl: `${services.devices.baseUrl}/api/devices/${row.id}/push` };
	});

	app.post("/api/devices/:id/sync", { schema: schemas.sync }, async (request, reply) => {
		const caller = await request.caller();
		const { wait = false } = request.query as { wait?: boolean };
		const id = idOf(request);
		const log = await beginSync(services, caller, id, !wait);
		if (!wait) return reply.code(202).send(present(deviceSyncLogs, log, services));
		await pull(services.devices, id, log.id as number);
		const ended = await database.read(caller, (tx) => requireRow(tx, DeviceSyncLogs, log.id as number));
		return present(deviceSyncLogs, ended, services);
	});

	app.get("/api/devices/:id/sync-history", { schema: schemas.history }, async (request) => {
		const caller = await request.caller();
		const id = idOf(request);
		const query = listQuery(deviceSyncLogs, {
			...(request.query as ListParameters),
			deviceConnectionId: id,
		} as ListParameters);
		const page = await database.read(caller, async (tx) => {
			const connection = await requireRow(tx, DeviceConnections, id);
			return { ...(await listRows(tx, DeviceSyncLogs, query)), connection };
		});
		await services.accessLog.record(
			entryOf(
				caller,
				"search",
				page.connection,
				page.rows.map((row) => `device-sync-logs/${row.id}`),
			),
		);
		return {
			data: page.rows.map((row) => present(deviceSyncLogs, row, services)),
			nextCursor: page.next === undefined ? null : writeCursor(deviceSyncLogs, query, page.next),
		};
	});

	app.get("/api/devices/:id/health", { schema: schemas.health }, async (request) => {
		const caller = await request.caller();
		const id = idOf(request);
		const { row, health } = await database.read(caller, async (tx) => {
			const row = await requireRow(tx, DeviceConnections, id);
			return { row, health: await healthOf(tx, row, services.devices.now()) };
		});
		await services.accessLog.record(entryOf(caller, "read", row, [`devices/${id}`]));
		return health;
	});

	refuseOtherMethods(app, "/api/devices/:id/sync", ["POST"]);
	refuseOtherMethods(app, "/api/devices/:id/sync-history", ["GET"]);
	refuseOtherMethods(app, "/api/devices/:id/health", ["GET"]);
}

/**
 * Begins the log of a sync, and hands it to the queue.
 *
 * @param enqueue false: whoever calls pulls by themselves
 * @throws Failure not-found; conflict where there is nothing to pull from
 */
export async function beginSync(
	services: DeviceServices,
	caller: Caller,
	id: number,
	enqueue: boolean,
): Promise<RowValues> {
	const connection = await services.database.read(caller, (tx) => requireRow(tx, DeviceConnections, id));
	return services.database.write(caller, async (tx) => {
		await requireSyncable(tx, id);
		const begun = await tx.asSystem(() => beginLog(tx, id, new Date(services.devices.now()).toISOString()));
		if (enqueue) await services.addPull(tx, id, begun.id as number, null);
		services.accessLog.include(tx, entryOf(caller, "sync", connection, [`device-sync-logs/${begun.id}`]));
		return begun;
	});
}

/** Adds a connection: its settings checked and its secrets sealed, all in one transaction. */
export async function addConnection(
	services: DeviceServices,
	caller: Caller,
	body: RowValues,
): Promise<{ row: RowValues; pushSecret: string | undefined }> {
	requireRight(caller, "device_connections", "create");
	const { settings, secrets } = readSettings(body.deviceType as VendorName, body.settings, true);
	return services.database.write(caller, async (tx) => {
		const given = withOwner(devices, tx, valuesToInsert(devices, caller, { ...body, settings }));
		const [id] = await allocateIds(tx, DeviceConnections, 1);
		const pulls = settings?.mode === "bridge" || (settings?.mode === "export" && !isSentHere(settings));
		const active = settings?.mode === undefined ? {} : { isActive: true };
		const [row] = (await insertRows(tx, DeviceConnections, [{ ...active, ...given, id }])) as [RowValues];
		if (settings?.mode !== undefined) {
			const nextSyncAt = pulls ? new Date(services.devices.now()).toISOString() : null;
			await tx.asSystem(async () => {
				await saveConnectionState(tx, row.id as number, { state: "connected", nextSyncAt });
				if (secrets !== undefined) await saveSecrets(services.devices, tx, row.id as number, secrets);
			});
		}
		services.accessLog.include(tx, entryOf(caller, "create", row, [`devices/${row.id}`]));
		return { row, pushSecret: secrets?.pushSecret };
	});
}

/** Whether exports of a connection are sent here, as there is neither an address nor a folder to look at. */
export function isSentHere(settings: Readonly<Record<string, unknown>>): boolean {
	return settings.url === undefined && settings.folder === undefined;
}

/** @throws Failure conflict where there is nothing to pull from */
async function requireSyncable(tx: Transaction, id: number): Promise<void> {
	const row = await requireRow(tx, DeviceConnections, id, true);
	const settings = (JSON.parse((row.settings as string | null) ?? "{}") ?? {}) as Record<string, unknown>;
	const { mode } = settings;
	if (row.deviceType === "samsung" && mode === "push") {
		throw new Failure("conflict", "A phone pushes to this connection: there is nothing to pull");
	}
	if (row.deviceType === "samsung" && mode === "export" && isSentHere(settings)) {
		throw new Failure("conflict", "Exports are sent to this connection (POST …/export): there is nothing to pull");
	}
	const health = await healthOf(tx, row, 0);
	if (health.state === "disconnected") throw new Failure("conflict", "This device is not connected: connect it first");
}

function idOf(request: FastifyRequest): number {
	return (request.params as { id: number }).id;
}

function entryOf(caller: Caller, action: string, connection: RowValues, returned: readonly string[]) {
	const patients = [connection.userId as number];
	return { caller, action, target: `devices/${connection.id}`, returned, patients, outcome: "success" as const };
}
