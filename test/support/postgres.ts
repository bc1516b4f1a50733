import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { migrate } from "../../src/store/migrate.ts";
import { serverPassword, serverUrl } from "../../src/store/server-login.ts";

/** A migrated database of one test file's own. */
export interface TestDatabase {
	/** As the owner of everything. */
	readonly ownerUrl: string;
	/** As the server connects: owns nothing, bypasses nothing. */
	readonly serverUrl: string;
	/** Ends what is still connected and removes it. */
	drop(): Promise<void>;
}

const project = fileURLToPath(new URL("../../", import.meta.url));

/** The TOKEN_ENCRYPTION_KEY (bytes) of the tests: `heart_server` is one login for all their databases, so they share its password. */
export const testKey = Buffer.alloc(32, 7);

/** Where the tests' PostgreSQL of this project and user lives; what it says of itself is in `ready.json` there. */
export const testFolder = join(
	tmpdir(),
	`heart-recovery-tests-${process.getuid?.() ?? 0}-${createHash("sha256").update(project).digest("hex").slice(0, 12)}`,
);

/** A fresh database, migrated, for this test file; removed when the test ends. */
export async function testDatabase(t: { teardown(undo: () => unknown): unknown }): Promise<TestDatabase> {
	const database = await createTestDatabase();
	t.teardown(() => database.drop());
	return database;
}

/** As {@link testDatabase}, for callers that remove it themselves. */
export async function createTestDatabase(): Promise<TestDatabase> {
	const ownerUrl = await runningPostgres();
	const template = await withClient(ownerUrl, (client) => migratedTemplate(client, ownerUrl));
	const name = `test_${process.pid}_${randomBytes(4).toString("hex")}`;
	await withClient(ownerUrl, (client) => client.query(`create database ${name} template ${template}`));
	const url = at(ownerUrl, name);
	return {
		ownerUrl: url,
		serverUrl: serverUrl(url, testKey),
		drop: () => withClient(ownerUrl, (client) => drop(client, name)),
	};
}

/** `pool.end()` does not wait until its connections are gone; one that is ended by force in between would fail with nobody listening. */
async function drop(client: pg.Client, name: string): Promise<void> {
	const connected = async () =>
		(await client.query("select from pg_stat_activity where datname = $1 limit 1", [name])).rowCount === 1;
	for (let tries = 0; tries < 50 && (await connected()); tries++) await sleep(10);
	await client.query(`drop database ${name} with (force)`);
}

/** The tests' PostgreSQL, started by whichever test file needs it first; it stops by itself when nobody has used it for a while. */
async function runningPostgres(): Promise<string> {
	let started = 0;
	for (const since = Date.now(); Date.now() - since < 60_000; await sleep(50)) {
		const url = announced();
		if (url !== null && (await answers(url))) return url;
		// Several files may start one at once: the folder's lock lets one live.
		if (Date.now() - started > 10_000) {
			started = Date.now();
			startKeeper();
		}
	}
	throw new Error(`no PostgreSQL for the tests within 60 s; see ${join(testFolder, "keeper.log")}`);
}

function announced(): string | null {
	try {
		return (JSON.parse(readFileSync(join(testFolder, "ready.json"), "utf8")) as { ownerUrl: string }).ownerUrl;
	} catch {
		return null;
	}
}

async function answers(url: string): Promise<boolean> {
	try {
		await withClient(url, (client) => client.query("select 1"));
		return true;
	} catch {
		return false;
	}
}

function startKeeper(): void {
	mkdirSync(testFolder, { recursive: true, mode: 0o700 });
	const log = openSync(join(testFolder, "keeper.log"), "a");
	const script = fileURLToPath(new URL("postgres-keeper.ts", import.meta.url));
	// Not tap's NODE_OPTIONS: the keeper outlives the test file and must not report to it.
	const { NODE_OPTIONS: _, ...environment } = process.env;
	const keeper = spawn(process.execPath, [script], { detached: true, stdio: ["ignore", log, log], env: environment });
	keeper.unref();
}

/** The name of a database that has had this version of the migrations, made by whoever comes first. */
async function migratedTemplate(client: pg.Client, ownerUrl: string): Promise<string> {
	const hash = createHash("sha256").update(testKey);
	for (const file of migrationFiles()) hash.update(file).update(readFileSync(file));
	const name = `template_${hash.digest("hex").slice(0, 16)}`;
	const exists = async () => (await client.query("select from pg_database where datname = $1", [name])).rowCount === 1;
	if (await exists()) return name;
	await client.query("select pg_advisory_lock(4711)");
	try {
		if (await exists()) return name;
		const draft = `draft_${process.pid}_${randomBytes(4).toString("hex")}`;
		await client.query(`create database ${draft}`);
		await migrate(at(ownerUrl, draft), serverPassword(testKey), { info: () => undefined });
		await client.query(`alter database ${draft} rename to ${name}`);
		return name;
	} finally {
		await client.query("select pg_advisory_unlock(4711)");
	}
}

/** What the schema depends on. */
function migrationFiles(): string[] {
	const folder = join(project, "migrations");
	const migrations = readdirSync(folder).filter((file) => file.endsWith(".ts"));
	return [...migrations.sort().map((file) => join(folder, file)), join(project, "src/store/migrate.ts")];
}

function at(ownerUrl: string, database: string): string {
	const url = new URL(ownerUrl);
	url.pathname = `/${database}`;
	return url.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
	const client = new pg.Client({ connectionString: url, application_name: "heart tests" });
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}
