import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));

/** The server as a process of its own, as people run it. */
export interface ServerProcess {
	readonly child: ChildProcess;
	/** What it has written to standard output and standard error so far. */
	readonly out: () => string;
	readonly err: () => string;
	/** Its exit code, when it has ended. */
	readonly ended: Promise<number | null>;
	/** Resolves when it says that it is ready. @throws Error when it ends before, or takes more than a minute */
	ready(): Promise<void>;
	/** As `kill -9` does; resolves when it is gone. */
	kill(): Promise<void>;
}

/** Starts the server with these settings only; nothing is logged unless they say so. */
export function startServerProcess(env: Readonly<Record<string, string>>): ServerProcess {
	const child = spawn(process.execPath, [program], {
		env: { PATH: process.env.PATH ?? "", LOG_LEVEL: "silent", ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let [out, err] = ["", ""];
	child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
	const ended = once(child, "close").then(([code]) => code as number | null);
	const gone = () => child.exitCode !== null || child.signalCode !== null;
	return {
		child,
		out: () => out,
		err: () => err,
		ended,
		async ready() {
			for (const until = Date.now() + 60_000; !out.includes("is ready"); await sleep(10)) {
				if (gone() || Date.now() > until) throw new Error(`the server is not ready: ${err}`);
			}
		},
		async kill() {
			if (gone()) return;
			child.kill("SIGKILL");
			await once(child, "exit");
		},
	};
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, "close");
	return port;
}
