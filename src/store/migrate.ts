import { Migrator } from "@mikro-orm/migrations";
import { MikroORM } from "@mikro-orm/postgresql";
import { Client } from "pg";
import { migrations } from "../../migrations/all.ts";
import { entities } from "../tables/all.ts";
import { ensureRoles, serverVersion } from "./roles.ts";

/** What a migration tells while it works. */
export interface MigrationLog {
	info(fields: object, message: string): void;
}

/** Any fixed number: two servers that start at once must ask for the same lock. */
const lockKey = 4_327_818;
const oldestVersion = 150_000;

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
		await withMigrator(ownerUrl, async (migrator) => {
			const done = await migrator.up();
			for (const { name } of done) log.info({ migration: name }, "migrated");
		});
	} finally {
		await client.end();
	}
}

/** Whether migrations are pending; changes nothing but may create the (empty) table that remembers them. */
export async function needsMigration(ownerUrl: string): Promise<boolean> {
	return withMigrator(ownerUrl, async (migrator) => (await migrator.getPending()).length > 0);
}

async function withMigrator<T>(ownerUrl: string, work: (migrator: Migrator) => Promise<T>): Promise<T> {
	const orm = await MikroORM.init({
		clientUrl: ownerUrl,
		entities: [...entities],
		extensions: [Migrator],
		logger: () => undefined,
		pool: { min: 0, max: 2 },
		migrations: {
			tableName: "migrations.applied",
			migrationsList: migrations,
			snapshot: false,
			disableForeignKeys: false,
		},
	});
	try {
		return await work(orm.migrator as Migrator);
	} finally {
		await orm.close(true);
	}
}
