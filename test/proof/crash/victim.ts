import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { runningEmbedded } from "../../../src/store/embedded.ts";

/** A server with its own embedded PostgreSQL, as `npm start` runs it, to be killed. */
export interface Victim {
	/** Address, without a trailing slash. */
	readonly base: string;
	/** Milliseconds from the start of the process until it was ready. */
	readonly startMs: number;
	/** Kills some of its processes with SIGKILL, in this turn of the event loop. */
	kill(what: Kill): void;
	/** Resolves when the server's process has ended. */
	readonly ended: Promise<void>;
	/** Asks it to stop (SIGTERM) and waits until it has. */
	stop(): Promise<void>;
	/** As the owner of the tables, past every policy. */
	readonly owner: pg.Client;
	/** The same server when PostgreSQL has ended all connections and takes new ones: with a new one of the owner's. */
	again(): Promise<Victim>;
}

/**
 * What is killed: the server's process; PostgreSQL with all its processes; both; only PostgreSQL's main process, whose sessions then end by
 * themselves; or one session of PostgreSQL, after which it recovers by itself while the server goes on.
 */
export type Kill = "server" | "postgres" | "both" | "postmaster" | "session";

/** Where a victim lives through its deaths. */
export interface Home {
	readonly folder: string;
	/** Always the same, since the links it gives out hold it. */
	readonly port: number;
}

const program = fileURLToPath(new URL("../../../src/main.js", import.meta.url));

/** Starts the server and waits until it is ready; it must be within a minute. */
export async function startVictim({ folder, port }: Home): Promise<Victim> {
	const began = performance.now();
	const child = spawnServer({ folder, port });
	await ready(child, folder);
	const startMs = performance.now() - began;
	return victimOf({ folder, port }, child, startMs);
}

async function victimOf({ folder, port }: Home, child: ChildProcess, startMs: number): Promise<Victim> {
	const owner = await connectOwner(folder);
	const postmaster = await postmasterOf(owner);
	const lost = new Promise<void>((resolve) => owner.on("end", resolve));
	return {
		base: `http://127.0.0.1:${port}`,
		startMs,
		owner,
		async again() {
			await lost;
			return victimOf({ folder, port }, child, startMs);
		},
		ended: ended(child),
		kill(what) {
			const sessions = what === "server" || what === "postmaster" ? [] : childrenOf(postmaster);
			if (what === "server" || what === "both") child.kill("SIGKILL");
			if (what === "session") killAll(sessions.slice(-1));
			else if (what !== "server") killAll([postmaster, ...sessions]);
		},
		async stop() {
			await owner.end().catch(() => undefined);
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill("SIGTERM");
			await ended(child);
		},
	};
}

/** Starts the server and kills it, and its PostgreSQL if there is one yet, after some milliseconds: in the middle of a start. */
export async function killStarting(home: Home, afterMs: number): Promise<void> {
	const child = spawnServer(home);
	await sleep(afterMs);
	const below = childrenOf(child.pid ?? 0);
	killAll([child.pid ?? 0, ...below, ...below.flatMap(childrenOf)]);
	await ended(child);
}

/** What the server has written to its log and to standard error. */
export function logOf({ folder }: Pick<Home, "folder">): string {
	return readFileSync(join(folder, "server.log"), "utf8");
}

function spawnServer({ folder, port }: Home): ChildProcess {
	const log = openSync(join(folder, "server.log"), "a");
	return spawn(process.execPath, [program], {
		env: { PATH: process.env.PATH ?? "", DATA_DIR: join(folder, "data"), PORT: String(port), LOG_LEVEL: "warn" },
		stdio: ["ignore", "pipe", log],
	});
}

async function ready(child: ChildProcess, folder: string): Promise<void> {
	let out = "";
	child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
	for (const until = Date.now() + 60_000; !out.includes("is ready"); await sleep(5)) {
		if (child.exitCode === null && child.signalCode === null && Date.now() < until) continue;
		child.kill("SIGKILL");
		throw new Error(`the server did not start again: ${logOf({ folder }).slice(-2000)}`);
	}
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Waits, too, while PostgreSQL recovers from what was done to it. */
async function connectOwner(folder: string): Promise<pg.Client> {
	const connectionString = runningEmbedded(join(folder, "data")) ?? "";
	for (const until = Date.now() + 60_000; ; await sleep(20)) {
		const owner = new pg.Client({ connectionString, application_name: "heart proof" });
		// It is killed with the rest.
		owner.on("error", () => undefined);
		try {
			await owner.connect();
			return owner;
		} catch (error) {
			if (Date.now() > until) throw error;
		}
	}
}

async function postmasterOf(owner: pg.Client): Promise<number> {
	const { rows } = await owner.query<{ data_directory: string }>("show data_directory");
	return Number(readFileSync(join(rows[0]?.data_directory ?? "", "postmaster.pid"), "utf8").split("\n")[0]);
}

function childrenOf(pid: number): number[] {
	const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).split("\n");
	return lines.flatMap((line) => {
		const [child = 0, parent] = line.trim().split(/\s+/).map(Number);
		return parent === pid ? [child] : [];
	});
}

function killAll(pids: readonly number[]): void {
	for (const pid of pids) {
		if (pid <= 1) continue;
		try {
			process.kill(pid, "SIGKILL");
		} catch (error) {
			// Gone by itself in the meantime.
			if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
		}
	}
}
