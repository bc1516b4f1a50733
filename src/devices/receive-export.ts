import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import { connectionById } from "../store/devices/connections.ts";
import { settingsOf } from "./connection.ts";
import { exportOf } from "./export-files.ts";
import { finish } from "./finish.ts";
import type { DeviceParts } from "./parts.ts";
import { TooMuch, UnreadablePayload } from "./payload.ts";
import { storeExport } from "./pull-export.ts";
import { beginRun } from "./run.ts";
import { VendorTrouble } from "./trouble.ts";

/** An export as somebody sent it: a ZIP archive, or one CSV whose name (or first line) says what it holds. */
export interface SentExport {
	readonly name: string;
	readonly body: Buffer;
}

/** @throws Failure conflict where a connection takes no exports */
export async function requireTakesExports(parts: DeviceParts, connectionId: number): Promise<void> {
	const connection = await parts.database.read(serverCaller, (tx) => connectionById(tx, connectionId));
	if (connection === undefined) throw new Failure("not-found", "There is no such row");
	if (connection.deviceType !== "samsung" || settingsOf(connection).mode !== "export")
		throw new Failure("conflict", "Only Samsung connections of mode export take exports");
	if (connection.isActive === false) throw new Failure("conflict", "This connection is switched off");
}

/**
 * Stores an export that was sent, as a pull would that found it. What is not in it is not therefore gone. The log, begun already, tells the
 * truth in any case.
 *
 * @throws Failure unprocessable naming what cannot be read, or that nothing in it is kept here; too-large where it unpacks to too much;
 *   unavailable while another sync of the connection is under way
 */
export async function receiveExport(
	parts: DeviceParts,
	connectionId: number,
	syncLogId: number,
	{ name, body }: SentExport,
): Promise<void> {
	const run = await beginRun(parts, connectionId, { syncLogId, purpose: "pull" });
	if (run === undefined) {
		const connection = await parts.database.read(serverCaller, (tx) => connectionById(tx, connectionId));
		const trouble = new VendorTrouble("stopped", "Another sync of this connection was under way");
		if (connection !== undefined) await finish(parts, connection, syncLogId, [], [trouble]);
		throw new Failure("unavailable", trouble.message, { retryAfterSeconds: 5 });
	}
	try {
		const sent = await exportOf(name, body);
		if (sent.files.length === 0) throw new UnreadablePayload("it holds no file of Samsung Health that is kept here");
		await storeExport(run, sent);
		await finish(parts, run.connection, syncLogId, run.leftOut(), []);
	} catch (error) {
		// The connection is well: what was sent is not.
		const isTheirs = error instanceof UnreadablePayload || error instanceof VendorTrouble;
		const message = isTheirs ? `The export cannot be read: ${error.message}` : "The server had trouble";
		await finish(parts, run.connection, syncLogId, run.leftOut(), [new VendorTrouble("stopped", message)]);
		if (!isTheirs) throw error;
		throw new Failure(error instanceof TooMuch ? "too-large" : "unprocessable", message, { expression: "" });
	} finally {
		await run.end();
	}
}
