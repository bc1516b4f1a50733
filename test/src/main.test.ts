import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import t from "tap";
import { testDatabase, testKey } from "../support/postgres.ts";

const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const key = testKey.toString("base64");

interface Run {
	readonly child: ChildProcess;
	readonly out: () => string;
	readonly err: () => string;
	readonly ended: Promise<number | null>;
}

function run(env: Record<string, string>): Run {
	const child = spawn(process.execPath, [program], {
		env: { PATH: process.env.PATH ?? "", LOG_LEVEL: "silent", ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let [out, err] = ["", ""];
	child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
	const ended = once(child, "close").then(([code]) => code as number | null);
	return { child, out: () => out, err: () => err, ended };
}

async function ready(one: Run): Promise<void> {
	const until = Date.now() + 60_000;
	while (!one.out().includes("is ready")) {
		if (one.child.exitCode !== null || Date.now() > until) throw new Error(`not ready: ${one.err()}`);
		await new Promise((done) => setTimeout(done, 20));
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	await new Promise((done) => server.close(done));
	return typeof address === "object" && address !== null ? address.port : 0;
}

t.test("wrong settings end the start with one line each", async (t) => {
	const one = run({ PORT: "abc", DEMO: "perhaps" });
	t.equal(await one.ended, 1);
	t.equal(one.err(), 'PORT: "abc" is not a port number (1-65535)\nDEMO: "perhaps" is neither true nor false\n');
});

t.test("a database that does not answer is named in one line, without its password", async (t) => {
	const one = run({ DATABASE_URL: "postgresql://u:hunter2@127.0.0.1:1/x", TOKEN_ENCRYPTION_KEY: key });
	t.equal(await one.ended, 1);
	t.match(one.err(), /^DATABASE_URL: .*127\.0\.0\.1:1\n$/);
	t.notMatch(one.err(), /hunter2/);
});

t.test("a taken port, then an orderly life and end", async (t) => {
	const port = await freePort();
	const database = await testDatabase(t);
	const env = { DATABASE_URL: database.ownerUrl, TOKEN_ENCRYPTION_KEY: key, PORT: String(port) };
	const first = run(env);
	await ready(first);
	t.match(first.out(), `http://localhost:${port}/fhir`);
	t.notMatch(first.out(), /demo\.example/, "no demo people in a database somebody brought");
	t.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200);

	const second = run(env);
	t.equal(await second.ended, 1);
	t.equal(second.err(), `PORT: ${port} on 127.0.0.1 is taken; stop what listens there or set PORT\n`);

	first.child.kill("SIGTERM");
	t.equal(await first.ended, 0);
	t.equal(first.err(), "");
});
