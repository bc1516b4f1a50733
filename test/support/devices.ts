import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { serverCaller } from "../../src/access/caller.ts";
import { beginConnect, endConnect } from "../../src/devices/connect.ts";
import { httpClient } from "../../src/devices/http-client.ts";
import type { DeviceParts } from "../../src/devices/parts.ts";
import { pull } from "../../src/devices/pull.ts";
import type { SandboxClock } from "../../src/devices/sandbox/stand-in.ts";
import { beginLog } from "../../src/devices/sync-log.ts";
import type { Errand, VendorName } from "../../src/devices/vendor.ts";
import { sealer } from "../../src/secrets/sealer.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { createPeople } from "./people.ts";
import { testDatabase, testKey } from "./postgres.ts";

/** A database of the test's own with people in it, and what its owner reads there past every policy. */
export async function peopledDatabase(t: { teardown(undo: () => unknown): unknown }) {
	const place = await testDatabase(t);
	const database = await openDatabase({ url: place.serverUrl });
	t.teardown(() => database.close());
	const people = await createPeople(database);
	const owner = new pg.Pool({ connectionString: place.ownerUrl, max: 2 });
	t.teardown(() => owner.end());
	const rows = async (sql: string) => (await owner.query(sql)).rows;
	return { place, database, people, rows };
}

/** Parts of pulling for tests: stand-ins at these addresses, a clock that moves with them, no waiting. */
export function deviceParts(
	database: Database,
	clock: SandboxClock,
	bases: Partial<Record<VendorName, string>>,
	more: Partial<DeviceParts> = {},
): DeviceParts {
	const settings = (name: VendorName) => ({
		clientId: "app",
		clientSecret: "app-secret",
		baseUrl: bases[name] ?? null,
		audience: "care-team" as const,
		webhookSecret: null,
		verifyToken: null,
	});
	return {
		database,
		sealer: sealer([testKey]),
		ask: httpClient({ privateNetworks: ["loopback"] }),
		vendors: {
			strava: settings("strava"),
			polar: settings("polar"),
			samsung: { ...settings("samsung"), baseUrl: null },
		},
		baseUrl: "http://127.0.0.1:1",
		now: clock.now,
		random: () => 0.5,
		// Not at all would be no patience with another run.
		sleep: (milliseconds) => sleep(Math.min(milliseconds, 10)),
		keepPayloadsDays: 30,
		exportFolder: null,
		note: () => undefined,
		log: { warn: () => undefined },
		...more,
	};
}

/** Connects a person as their browser would: the consent form ticked and sent, the way back taken. */
export async function connected(
	parts: DeviceParts,
	vendor: VendorName,
	userId: number,
	answers: Record<string, string> = {},
): Promise<number> {
	const callback = await consented(await beginConnect(parts, vendor, userId), answers);
	return (await endConnect(parts, vendor, callback)).id;
}

/** Sends a stand-in's consent form and gives the address it leads the browser to. */
export async function consented(authorizeUrl: string, answers: Record<string, string> = {}): Promise<URL> {
	const url = new URL(authorizeUrl);
	const form = new URLSearchParams({
		client_id: url.searchParams.get("client_id") ?? "",
		redirect_uri: url.searchParams.get("redirect_uri") ?? "",
		state: url.searchParams.get("state") ?? "",
		decision: "allow",
		...answers,
	});
	if (answers.scope === undefined) {
		for (const scope of (url.searchParams.get("scope") ?? "").split(/[ ,]/)) form.append("scope", scope);
	}
	const answer = await fetch(`${url.origin}${url.pathname}`, { method: "POST", body: form, redirect: "manual" });
	return new URL(answer.headers.get("location") ?? "");
}

/** One pull with a log of its own. */
export async function pulled(parts: DeviceParts, connectionId: number, errand?: Errand) {
	const log = await parts.database.write(serverCaller, (tx) =>
		beginLog(tx, connectionId, new Date(parts.now()).toISOString()),
	);
	return pull(parts, connectionId, log.id as number, { errand });
}
