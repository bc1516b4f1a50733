import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../../../access/caller.ts";
import { receiveExport, requireTakesExports, type SentExport } from "../../../devices/receive-export.ts";
import { beginLog } from "../../../devices/sync-log.ts";
import { Failure } from "../../../fhir/failure.ts";
import { type RowValues, requireRow } from "../../../store/rows.ts";
import { DeviceConnections } from "../../../tables/device-connections.ts";
import { DeviceSyncLogs } from "../../../tables/device-sync-logs.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { deviceSyncLogs } from "../collections/device-sync-logs.ts";
import { devices } from "../collections/devices.ts";
import { idParams } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { text } from "../schema/values.ts";
import { present } from "../values.ts";
import type { DeviceServices } from "./devices.ts";

/** Bytes; years of a watch are some dozens of MiB, and an archive has a tenth of that. */
export const exportLimit = 64 * 1024 * 1024;

const types = /^(?:application\/(?:zip|x-zip-compressed|octet-stream)|text\/csv)(?:\s*;|$)/i;

/** `POST /api/devices/:id/export`: an export of Samsung Health, as the app on the phone makes it. */
export async function registerDeviceExport(app: FastifyInstance, services: DeviceServices): Promise<void> {
	const url = "/api/devices/:id/export";
	const { database } = services;

	await app.register(async (files) => {
		files.addContentTypeParser<Buffer>(types, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
		files.post(url, { schema, bodyLimit: exportLimit }, async (request) => {
			const caller = await request.caller();
			const { id } = request.params as { id: number };
			const { name = "" } = request.query as { name?: string };
			const connection = await database.read(caller, (tx) => requireRow(tx, DeviceConnections, id));
			if (!(request.body instanceof Buffer)) {
				throw new Failure("unsupported-media-type", "Send the export as application/zip or text/csv");
			}
			const { logId, stored } = await beginExport(services, request, caller, connection, { name, body: request.body });
			await stored;
			const ended = await database.read(caller, (tx) => requireRow(tx, DeviceSyncLogs, logId));
			return present(deviceSyncLogs, ended, services);
		});
		refuseOtherMethods(files, url, ["POST"]);
	});
}

/**
 * Begins to store an export that was sent: its log is there when this resolves, and `stored` tells the end. Stored whole even where its sender
 * is gone meanwhile.
 *
 * @param connection as the caller sees it
 * @throws Failure not-found; conflict where the connection takes no exports. `stored` rejects as {@link receiveExport} does.
 */
export async function beginExport(
	{ database, accessLog, devices: parts }: DeviceServices,
	request: Pick<FastifyRequest, "holdBody">,
	caller: Caller,
	connection: RowValues,
	sent: SentExport,
): Promise<{ readonly logId: number; readonly stored: Promise<void> }> {
	const id = connection.id as number;
	await requireTakesExports(parts, id);
	const log = await database.write(caller, async (tx) => {
		await requireRow(tx, DeviceConnections, id, true);
		const begun = await tx.asSystem(() => beginLog(tx, id, new Date(parts.now()).toISOString()));
		accessLog.include(tx, {
			caller,
			action: "sync",
			target: `devices/${id}`,
			returned: [`device-sync-logs/${begun.id}`],
			patients: [connection.userId as number],
			outcome: "success",
		});
		return begun;
	});
	const logId = log.id as number;
	const release = request.holdBody();
	return { logId, stored: receiveExport(parts, id, logId, sent).finally(release) };
}

/** Bytes: no JSON that a schema could say anything of. */
const file = { schema: { description: "The file" } };

const schema = routeSchema({
	operationId: "uploadDeviceExport",
	tag: devices.path,
	summary: "Store an export of Samsung Health",
	description: [
		'For Samsung connections of mode `export`: the ZIP archive that "Download personal data" makes, or one CSV of it, as the body. What came before is known',
		"and left alone; what is not in it stays. Answered when all is stored, with the log of it; what cannot be read is 422, and the log says so, too.",
		"The body may have 64 MiB, an archive 200,000 files, and unpack to 2 GiB, one file of it to 1 GiB; more is 413. What stood before something that cannot be read is stored.",
	].join(" "),
	params: idParams,
	query: {
		name: {
			...text(),
			description: "Name of a CSV, which says what it holds where its first line does not",
			examples: ["com.samsung.health.weight.20260301.csv"],
		},
	},
	body: {
		content: { "application/zip": file, "application/octet-stream": file, "text/csv": file },
	},
	answers: { 200: { description: "How it went", ...rowSchema(deviceSyncLogs) } },
	failures: [404, 409, 413, 415, 422, 503],
});
