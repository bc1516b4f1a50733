import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import { type ConnectionRow, connectionById } from "../store/devices/connections.ts";
import { secretsOf } from "./access.ts";
import { contextOf, settingsOf } from "./connection.ts";
import { finish, type Outcome } from "./finish.ts";
import type { DeviceParts } from "./parts.ts";
import { beginRun } from "./run.ts";
import { storeMeasures } from "./store-measures.ts";
import { beginLog } from "./sync-log.ts";
import { VendorTrouble } from "./trouble.ts";
import { readPush } from "./vendors/samsung/push.ts";

/** How a phone shows that it may push: the connection's secret itself, or a signature with it (hex HMAC-SHA256 of the body as it came). */
export interface PushProof {
	readonly secret: string | undefined;
	readonly signature: string | undefined;
}

/** Records stored in one transaction. */
const atOnce = 500;

/**
 * Stores what a phone pushes. All of it or, where something cannot be read, nothing; what came before is known and left alone.
 *
 * @param body as it came
 * @throws Failure not-found for a wrong secret as for a connection that is not there; invalid naming what cannot be read
 */
export async function receivePush(
	parts: DeviceParts,
	connectionId: number,
	proof: PushProof,
	body: string,
): Promise<Outcome> {
	const connection = await parts.database.read(serverCaller, (tx) => connectionById(tx, connectionId));
	if (connection === undefined || !isProven(parts, connection, proof, body)) {
		throw new Failure("not-found", "There is no such connection, or this is not its secret");
	}
	if (connection.isActive === false) throw new Failure("conflict", "This connection is switched off");
	const records = readPush(parsed(body), contextOf(connection));
	const startedAt = new Date(parts.now()).toISOString();
	const log = await parts.database.write(serverCaller, (tx) => beginLog(tx, connectionId, startedAt));
	const syncLogId = log.id as number;
	const run = await beginRun(parts, connectionId, { syncLogId, purpose: "pull" });
	const broken = (message: string) =>
		finish(parts, connection, syncLogId, run?.leftOut() ?? [], [new VendorTrouble("stopped", message)]);
	if (run === undefined) {
		await broken("Another push was being stored");
		throw new Failure("unavailable", "Another push is being stored", { retryAfterSeconds: 5 });
	}
	try {
		for (let at = 0; at < records.length; at += atOnce) {
			await run.commit(async (tx) => {
				const part = records.slice(at, at + atOnce);
				const { changed, leftOut } = await storeMeasures(tx, parts, run.source({ name: "push" }), part, "whole");
				run.count(changed, leftOut);
			});
		}
		return await finish(parts, run.connection, syncLogId, run.leftOut(), [], { run });
	} catch (error) {
		// What was stored by then is known when the phone sends it again.
		await broken(error instanceof VendorTrouble ? error.message : "The server had trouble");
		if (error instanceof VendorTrouble) throw new Failure("conflict", error.message);
		throw error;
	} finally {
		await run.end();
	}
}

function isProven(
	parts: DeviceParts,
	connection: ConnectionRow,
	{ secret, signature }: PushProof,
	body: string,
): boolean {
	if (connection.deviceType !== "samsung" || settingsOf(connection).mode !== "push") return false;
	const { pushSecret } = secretsOf(parts, connection);
	if (pushSecret === undefined) return false;
	if (secret !== undefined)
		return timingSafeEqual(hash("sha256", secret, "buffer"), hash("sha256", pushSecret, "buffer"));
	const [, hex = ""] = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(signature ?? "") ?? [];
	return hex !== "" && timingSafeEqual(createHmac("sha256", pushSecret).update(body).digest(), Buffer.from(hex, "hex"));
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		throw new Failure("invalid", "The body is not JSON", { expression: "" });
	}
}
