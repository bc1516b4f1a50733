/**
 * Keeps one PostgreSQL running for all test files of this project, whichever process runs them, and stops it when nobody
 * has been connected for a while. Started by postgres.ts, detached; a second one finds the folder locked and ends.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startEmbedded } from "../../src/store/embedded.ts";
import { testFolder } from "./postgres.ts";

const idleSeconds = 20;

mkdirSync(testFolder, { recursive: true, mode: 0o700 });
const ready = join(testFolder, "ready.json");
const postgres = await startEmbedded({
	dataDir: testFolder,
	durable: false,
	log: { debug: () => undefined, info: (message) => console.log(message) },
	onLost: (reason) => {
		console.error(reason);
		process.exit(1);
	},
}).catch((error: Error) => {
	console.error(error.message);
	process.exit(1);
});

const client = new pg.Client({ connectionString: postgres.ownerUrl, application_name: "heart tests keeper" });
client.on("error", () => undefined);
await client.connect();
await dropLeftovers();

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => (stopping = true));
do {
	writeFileSync(`${ready}.new`, JSON.stringify({ ownerUrl: postgres.ownerUrl, pid: process.pid }), { mode: 0o600 });
	renameSync(`${ready}.new`, ready);
	for (let idleSince = Date.now(); !stopping && Date.now() - idleSince < idleSeconds * 1000; await sleep(500)) {
		if ((await othersConnected()) > 0) idleSince = Date.now();
	}
	rmSync(ready, { force: true });
	// Who has just read where it is has time to come.
	if (!stopping) await sleep(2000);
} while (!stopping && (await othersConnected()) > 0);
await client.end();
await postgres.stop();

/** Test files connect again and again; a run between two of them is bridged by the idle time. */
async function othersConnected(): Promise<number> {
	const found = await client.query<{ n: number }>(
		"select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
	);
	return found.rows[0]?.n ?? 0;
}

/** Databases of test files that were killed, and of migrations as they were before. */
async function dropLeftovers(): Promise<void> {
	const found = await client.query<{ name: string }>(
		"select datname as name from pg_database where datname ~ '^(test|draft|template|heart_migrate)_'",
	);
	for (const { name } of found.rows) await client.query(`drop database if exists "${name}" with (force)`);
}
