import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileFailure, StartFailure } from "../start-failure.ts";
import { childEnvironment } from "./cluster.ts";
import { commandOf, isAlive, isGoneWithin } from "./processes.ts";
import type { RunAs } from "./unprivileged-user.ts";

/** A running PostgreSQL. */
export interface Postmaster {
	readonly child: ChildProcess;
	/** The last lines it logged, oldest first. */
	readonly said: readonly string[];
	/** Shuts it down, ending open sessions; returns when it is gone. */
	stop(): Promise<void>;
}

/** Settings of a server that shares its machine with the program it serves; durability stays on for clinical data. */
const tuned: Readonly<Record<string, string>> = {
	listen_addresses: "127.0.0.1",
	unix_socket_directories: "",
	max_connections: "60",
	shared_buffers: "128MB",
	effective_cache_size: "1GB",
	work_mem: "16MB",
	maintenance_work_mem: "128MB",
	max_wal_size: "2GB",
	// What is committed without waiting for the disk (reads, in the access log) is at most three of these away from it.
	wal_writer_delay: "20ms",
	random_page_cost: "1.1",
	jit: "off",
	// Below this level are only the errors of statements, whose text may hold personal data.
	log_min_messages: "log",
	log_min_error_statement: "panic",
	log_error_verbosity: "terse",
};

/** For databases that live as long as a test run. */
const fleeting: Readonly<Record<string, string>> = {
	fsync: "off",
	synchronous_commit: "off",
	full_page_writes: "off",
	autovacuum_naptime: "10min",
	max_connections: "200",
};

/**
 * Starts PostgreSQL on a cluster and waits until it takes connections.
 * @throws {StartFailure} with the line PostgreSQL gave as its reason.
 */
export async function startPostmaster(
	program: string,
	options: { folder: string; port: number; runAs: RunAs | null; durable: boolean; onLine: (line: string) => void },
): Promise<Postmaster> {
	const settings = { ...tuned, ...(options.durable ? {} : fleeting) };
	const args = ["-D", options.folder, "-p", String(options.port)];
	for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
	const child = spawn(program, args, {
		...options.runAs,
		cwd: "/",
		env: childEnvironment,
		stdio: ["ignore", "ignore", "pipe"],
		// Its own process group: Ctrl-C must reach it through us, after the requests under way are done.
		detached: true,
	});
	const said: string[] = [];
	await new Promise<void>((resolve, reject) => {
		child.on("error", (error) => reject(fileFailure(`cannot run ${program}`, error)));
		createInterface({ input: child.stderr }).on("line", (line) => {
			said.push(line);
			if (said.length > 50) said.shift();
			options.onLine(line);
			if (line.includes("database system is ready to accept connections")) resolve();
		});
		child.on("close", (code) =>
			reject(new StartFailure(`the embedded PostgreSQL did not start: ${reasonIn(said, code)}`)),
		);
	});
	return { child, said, stop: () => stopChild(child) };
}

/** The one line of PostgreSQL's log that says why it ended. */
export function reasonIn(said: readonly string[], code: number | null): string {
	const line = said.findLast((one) => /(FATAL|PANIC):/.test(one)) ?? said.findLast((one) => /could not/.test(one));
	return line?.replace(/^.*?(FATAL|PANIC|LOG):\s*/, "") ?? `exit code ${code ?? "unknown"}`;
}

async function stopChild(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, "exit");
	child.kill("SIGINT");
	const late = Symbol();
	const first = await Promise.race([gone, sleep(20_000, late, { ref: false })]);
	if (first === late) {
		child.kill("SIGQUIT");
		await gone;
	}
}

/**
 * Ends a PostgreSQL that outlived a killed server, so that the cluster can be started anew. Only to be called while
 * holding the folder's lock: then whatever runs on it belongs to nobody.
 */
export async function endOrphan(folder: string): Promise<{ ended: boolean }> {
	const file = join(folder, "postmaster.pid");
	const pid = Number((await readFile(file, "utf8").catch(() => "")).split("\n")[0]);
	if (!Number.isSafeInteger(pid) || pid <= 1) return { ended: false };
	if (!isAlive(pid)) {
		// A killed process that nobody has reaped yet would still count as running to PostgreSQL.
		await rm(file, { force: true });
		return { ended: false };
	}
	const command = commandOf(pid);
	if (command !== null && !command.includes(folder)) {
		// The id belongs to some other program by now, which PostgreSQL could mistake for its predecessor.
		await rm(file, { force: true });
		return { ended: false };
	}
	for (const [signal, seconds] of [
		["SIGINT", 15],
		["SIGQUIT", 10],
	] as const) {
		process.kill(pid, signal);
		if (await isGoneWithin(pid, seconds)) return { ended: true };
	}
	throw new StartFailure(`an earlier PostgreSQL (process ${pid}) on ${folder} does not stop; end it and start again`);
}

/** A free TCP port on loopback: the preferred one if it is free. */
export async function freePort(preferred: number | null): Promise<number> {
	for (const wanted of preferred === null ? [0] : [preferred, 0]) {
		const server = createServer();
		const port = await new Promise<number | null>((resolve) => {
			server.once("error", () => resolve(null));
			server.listen({ port: wanted, host: "127.0.0.1", exclusive: true }, () => {
				const address = server.address();
				server.close(() => resolve(typeof address === "object" && address !== null ? address.port : null));
			});
		});
		if (port !== null) return port;
	}
	throw new StartFailure("no free port on 127.0.0.1 for the embedded PostgreSQL");
}
