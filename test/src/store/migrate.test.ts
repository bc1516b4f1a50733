import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { MikroORM } from "@mikro-orm/postgresql";
import { Client } from "pg";
import t from "tap";
import { migrations } from "../../../migrations/all.ts";
import { migrate, migrationNames } from "../../../src/store/migrate.ts";
import { snapshotSchema } from "../../../src/store/snapshot.ts";
import { entities } from "../../../src/tables/all.ts";
import { createTestDatabase } from "../../support/postgres.ts";

const snapshotFile = new URL("../../../migrations/schema.sql", import.meta.url);
const database = await createTestDatabase();
t.teardown(() => database.drop());

async function asOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
	const client = new Client({ connectionString: database.ownerUrl });
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}

t.test(
	"each migration's file is listed in migrations/all.ts under its name: a server starts on a database that has had them all",
	async (t) => {
		t.same(
			migrations.map(({ name }) => name),
			migrationNames(),
		);
	},
);

t.test("the migrated schema is the one in migrations/schema.sql (UPDATE_SNAPSHOTS=1 rewrites it)", async (t) => {
	const now = await asOwner(snapshotSchema);
	if (process.env.UPDATE_SNAPSHOTS === "1" || !existsSync(snapshotFile)) writeFileSync(snapshotFile, now);
	t.equal(now, readFileSync(snapshotFile, "utf8"));
});

t.test("the entities say what the migrations made, policies included", async (t) => {
	const orm = await MikroORM.init({
		clientUrl: database.ownerUrl,
		entities: [...entities],
		logger: () => undefined,
		schemaGenerator: {
			ignoreSchema: [
				"fhir",
				"auth",
				"audit",
				"devices",
				"access",
				"jobs",
				"calendar",
				"alerting",
				"scoring",
				"migrations",
			],
			ignoreTriggers: true,
		},
	});
	t.teardown(() => orm.close(true));
	// On every table, and no property of any entity: what shows rows shows their properties.
	const residue = /^alter table "\w+" drop column "fhir_residue";\s*/gm;
	const differences = await orm.schema.getUpdateSchemaSQL({ wrap: false });
	t.equal(differences.match(residue)?.length, entities.length);
	t.equal(differences.replace(residue, "").trim(), "");
});

t.test("several servers that migrate at once all succeed, and nothing is left to do", async (t) => {
	const name = `heart_migrate_${process.pid}`;
	await asOwner((client) => client.query(`create database ${name}`));
	t.teardown(() => asOwner((client) => client.query(`drop database ${name} with (force)`)));
	const url = new URL(database.ownerUrl);
	url.pathname = `/${name}`;
	const serverUrl = new URL(database.serverUrl);
	const applied: object[] = [];
	const log = { info: (fields: object) => void applied.push(fields) };
	const password = decodeURIComponent(serverUrl.password);
	await Promise.all([1, 2, 3].map(() => migrate(url.href, password, log)));
	t.equal(applied.length, migrations.length, "each migration ran once");
	await migrate(url.href, password, log);
	t.equal(applied.length, migrations.length, "then nothing is left to do");
});

t.test("an owner who may not create roles is told in one line", async (t) => {
	const role = `weak_${process.pid}`;
	await asOwner((client) => client.query(`create role ${role} login password 'weak'`));
	t.teardown(() => asOwner((client) => client.query(`drop role ${role}`)));
	const url = new URL(database.ownerUrl);
	url.username = role;
	url.password = "weak";
	await t.rejects(migrate(url.href, "anything", { info: () => undefined }), /CREATEROLE/);
});
