import { Migrator } from "@mikro-orm/migrations";
import { MikroORM } from "@mikro-orm/postgresql";
import { migrations } from "../../migrations/all.ts";
import { entities } from "../tables/all.ts";

/**
 * Runs what a database has not had yet, each migration in a transaction; nobody else may do so meanwhile ({@link migrate} sees to it).
 *
 * @returns names of the migrations that ran, in order
 */
export async function runMigrations(ownerUrl: string): Promise<string[]> {
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
		const done = await (orm.migrator as Migrator).up();
		return done.map(({ name }) => name);
	} finally {
		await orm.close(true);
	}
}
