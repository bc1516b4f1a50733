import { readdirSync } from "node:fs";
import { Client } from "pg";
import { ensureRoles, serverVersion } from "./roles.ts";

/** What a migration tells while it works. */
export interface MigrationLog {
	info(fields: object, message: string): void;
}

/** Any fixed number: two servers that start at once must ask for the same lock. */
const lockKey = 4_327_818;
const oldestVersion = 150_000;
const applied = "migrations.applied";

/**
 * Brings a database to the newest schema and makes the roles (migrations/README.md). Safe to run on several servers at once:
 * an advisory lock lets one work while the others wait.
 *
 * @param ownerUrl connection of the role that owns (or may create) the tables
 * @param serverPassword password the login `heart_server` gets
 * @throws Error in one line: PostgreSQL older than 15, an owner who may not create roles, an unreachable database
 */
export async function migrate(ownerUrl: string, serverPassword: string, log: MigrationLog): Promise<void> {
	const client = new Client({ connectionString: ownerUrl, application_name: "heart migrate" });
	await client.connect();
	try {
		const version = await serverVersion(client);
		if (version < oldestVersion) {
			throw new Error(`PostgreSQL 15 or newer is needed; this one is ${Math.floor(version / 10_000)}`);
		}
		await client.query("select pg_advisory_lock($1)", [lockKey]);
		await ensureRoles(client, serverPassword);
		if (await isUpToDate(client)) return;
		// Loaded only where there is something to do: it is a fifth of a server's start, and of its memory.
		const { runMigrations } = await import("./run-migrations.ts");
		for (const migration of await runMigrations(ownerUrl)) log.info({ migration }, "migrated");
	} finally {
		await client.end();
	}
}

/** Whether the database remembers every migration there is a file for. */
async function isUpToDate(owner: Client): Promise<boolean> {
	const [known] = (await owner.query<{ there: boolean }>(`select to_regclass($1) is not null as there`, [applied]))
		.rows;
	if (known?.there !== true) return false;
	const { rows } = await owner.query<{ name: string }>(`select name from ${applied}`);
	const done = new Set(rows.map(({ name }) => name));
	return migrationNames().every((name) => done.has(name));
}

/** Names of all migrations, in order: those of the files, which migrations/all.ts lists (test/src/store/migrate.test.ts). */
export function migrationNames(): string[] {
	return readdirSync(new URL("../../migrations/", import.meta.url))
		.flatMap((file) => /^(\d{4}-.+)\.ts$/.exec(file)?.[1] ?? [])
		.sort();
}
