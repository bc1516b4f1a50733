import { readFileSync } from "node:fs";
import { testKey } from "../../support/postgres.ts";
import { startTestServer } from "../../support/server.ts";
import { freePort, startServerProcess } from "../../support/server-process.ts";
import { type HostileGround, hostileGround } from "./ground.ts";

/** Runs something hostile against a server that is a process of its own, as people run it, on a database that goes afterwards. */
export async function onProcess<T>(work: (ground: HostileGround) => Promise<T>): Promise<T> {
	const undos: (() => unknown)[] = [];
	const t = { teardown: (undo: () => unknown) => undos.unshift(undo) };
	try {
		// Knows the routes and the people; what is hostile goes to the process beside it.
		const server = await startTestServer(t);
		const port = await freePort();
		const base = `http://127.0.0.1:${port}`;
		const process = startServerProcess({
			DATABASE_URL: server.ownerUrl,
			TOKEN_ENCRYPTION_KEY: testKey.toString("base64"),
			PORT: String(port),
			BASE_URL: base,
			BODY_LIMIT: "300000",
			LOG_LEVEL: "error",
		});
		t.teardown(() => process.kill());
		await process.ready();
		const memoryMb = () => residentMb(process.child.pid ?? 0);
		const ground = await hostileGround(t, server, { base, memoryMb });
		const faults = () =>
			[
				...process
					.out()
					.split("\n")
					.filter((line) => line.startsWith("{")),
				process.err(),
			].filter(Boolean);
		return await work({ ...ground, faults });
	} finally {
		for (const undo of undos) await undo();
	}
}

function residentMb(pid: number): number | undefined {
	try {
		const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
		return match === null ? undefined : Number(match[1]) / 1024;
	} catch {
		return undefined;
	}
}
