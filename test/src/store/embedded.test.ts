import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import t from "tap";
import { type Embedded, runningEmbedded, startEmbedded } from "../../../src/store/embedded.ts";

const above = mkdtempSync(join(tmpdir(), "heart-embedded-"));
// Nobody but us may even walk through: as root, PostgreSQL itself runs as somebody else.
chmodSync(above, 0o700);
const dataDir = join(above, "data");
const home = new Set<string>([above]);
t.teardown(() => {
	for (const folder of home) rmSync(folder, { recursive: true, force: true });
});

async function start(onLost: (reason: string) => void = () => undefined): Promise<Embedded> {
	const log = { debug: () => undefined, info: () => undefined };
	const embedded = await startEmbedded({ dataDir, log, onLost, durable: false });
	home.add(dirname(embedded.folder));
	return embedded;
}

async function query(url: string, text: string): Promise<unknown[]> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		return (await client.query(text)).rows;
	} finally {
		await client.end();
	}
}

/** A server process of its own, to be killed. */
async function startElsewhere(): Promise<{ child: ChildProcess; pid: number }> {
	const script = `import { startEmbedded } from ${JSON.stringify(new URL("../../../src/store/embedded.ts", import.meta.url).href)};
		const log = { debug() {}, info() {} };
		const { pid } = await startEmbedded({ dataDir: process.argv[1], log, onLost() {}, durable: false });
		console.log(pid);
		setInterval(() => {}, 1000);`;
	const child = spawn(process.execPath, ["--input-type=module", "--eval", script, dataDir], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
	return { child, pid: Number(line) };
}

async function kill(child: ChildProcess): Promise<void> {
	const gone = once(child, "exit");
	child.kill("SIGKILL");
	await gone;
}

t.test("starts, keeps its data over a clean stop, and keeps its secrets to itself", async (t) => {
	const first = await start();
	await query(first.ownerUrl, "create table kept (n int); insert into kept values (1)");
	t.match(await query(first.ownerUrl, "show server_version"), [{ server_version: /^18/ }]);
	t.match(
		await query(first.ownerUrl, "select datcollate, pg_encoding_to_char(encoding) as encoding from pg_database"),
		[{ encoding: "UTF8" }],
	);
	t.equal(runningEmbedded(dataDir), first.ownerUrl, "commands beside it find it");
	await first.stop();
	await first.stop();
	t.equal(statSync(join(dataDir, "postgres.json")).mode & 0o777, 0o600);
	const second = await start();
	t.same(await query(second.ownerUrl, "select n from kept"), [{ n: 1 }]);
	t.equal(second.ownerUrl, first.ownerUrl, "the same port and password");
	const wrong = second.ownerUrl.replace(/:[^:@]*@/, ":wrong@");
	await t.rejects(query(wrong, "select 1"), { code: "28P01" });
	await second.stop();
});

t.test("a second start on one DATA_DIR says so and leaves the first alone", async (t) => {
	const first = await start();
	await t.rejects(start(), { message: /in use by another server \(process \d+\)|being taken/ });
	t.same(await query(first.ownerUrl, "select 1 as n"), [{ n: 1 }]);
	await first.stop();
});

t.test("starts after the server was killed and PostgreSQL lived on", async (t) => {
	const { child } = await startElsewhere();
	await kill(child);
	const next = await start();
	t.same(await query(next.ownerUrl, "select n from kept"), [{ n: 1 }]);
	await next.stop();
});

t.test("starts after both were killed", async (t) => {
	const { child, pid } = await startElsewhere();
	process.kill(pid, "SIGKILL");
	await kill(child);
	const next = await start();
	t.same(await query(next.ownerUrl, "select n from kept"), [{ n: 1 }]);
	await next.stop();
});

t.test("tells when PostgreSQL ends by itself", async (t) => {
	const lost: string[] = [];
	const embedded = await start((reason) => lost.push(reason));
	process.kill(embedded.pid, "SIGKILL");
	for (let i = 0; i < 100 && lost.length === 0; i++) await sleep(20);
	t.match(lost, [/^the embedded PostgreSQL ended by itself/]);
});

t.test("a database of another major version is left as it is, with one line saying what to do", async (t) => {
	const embedded = await start();
	await embedded.stop();
	const version = join(embedded.folder, "PG_VERSION");
	const was = readFileSync(version);
	writeFileSync(version, "16\n");
	await t.rejects(start(), { message: /made by PostgreSQL 16, this server brings 18/ });
	writeFileSync(version, was);
	await (await start()).stop();
});

t.test("a DATA_DIR that cannot be is named", async (t) => {
	const file = join(above, "file");
	writeFileSync(file, "");
	const log = { debug: () => undefined, info: () => undefined };
	await t.rejects(startEmbedded({ dataDir: file, log, onLost: () => undefined }), {
		message: /cannot make .*: it is in the way/,
	});
	writeFileSync(join(dataDir, "postgres.json"), "{");
	await t.rejects(start(), { message: /postgres\.json is damaged/ });
});
