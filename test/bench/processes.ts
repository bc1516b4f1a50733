import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/server-process.ts";

/** A server under load, in a process of its own. */
export interface Running {
	readonly pid: number;
	/** Its address, without a trailing slash. */
	readonly base: string;
	/** Milliseconds from the start of the process until it answered. */
	readonly startMs: number;
	stop(): Promise<void>;
}

/** How to start one. */
export interface Program {
	/** Below the project's folder. */
	readonly script: string;
	readonly env: Readonly<Record<string, string>>;
	/** Where its output goes: a file, so that reading it costs nothing of what is measured. */
	readonly logFile: string;
	/** A path that answers 200 when it is ready. */
	readonly readyPath: string;
	/** Options of Node itself. */
	readonly nodeOptions?: readonly string[];
}

const project = fileURLToPath(new URL("../../", import.meta.url));

/** Starts a program on a free port (`PORT`), with no environment but the one given, and waits until it answers. */
export async function start({ script, env, logFile, readyPath, nodeOptions = [] }: Program): Promise<Running> {
	const port = await freePort();
	const base = `http://127.0.0.1:${port}`;
	const log = openSync(logFile, "a");
	const began = performance.now();
	const child = spawn(process.execPath, [...nodeOptions, join(project, script)], {
		env: { PATH: process.env.PATH ?? "", PORT: String(port), BASE_URL: base, ...env },
		stdio: ["ignore", log, log],
		cwd: project,
	});
	await answers(`${base}${readyPath}`, child, logFile);
	return {
		pid: child.pid ?? 0,
		base,
		startMs: performance.now() - began,
		async stop() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			child.kill("SIGTERM");
			await once(child, "exit");
		},
	};
}

async function answers(url: string, child: ChildProcess, logFile: string): Promise<void> {
	for (const until = Date.now() + 60_000; Date.now() < until; await sleep(10)) {
		if (child.exitCode !== null) break;
		const ok = await fetch(url).then(
			(response) => response.ok,
			() => false,
		);
		if (ok) return;
	}
	child.kill("SIGKILL");
	throw new Error(`${url} does not answer: ${readFileSync(logFile, "utf8").slice(-2000)}`);
}

/** Processor seconds a process has used so far, with the children it has (a Postgres: its sessions) and had. Undefined without /proc. */
export function processorSeconds(pid: number): number | undefined {
	const tree = statOf(pid);
	if (tree === undefined) return undefined;
	const children = allPids().flatMap((one) => {
		const stat = statOf(one);
		return stat !== undefined && stat.parent === pid ? [stat] : [];
	});
	const ticks = [tree, ...children].reduce((sum, stat) => sum + stat.own, 0) + tree.gone;
	return ticks / ticksPerSecond;
}

/** Resident memory of a process in MiB; undefined without /proc. */
export function residentMb(pid: number): number | undefined {
	return memoryMb(pid, "VmRSS");
}

/** The most a process has had of it. */
export function peakMb(pid: number): number | undefined {
	return memoryMb(pid, "VmHWM");
}

function memoryMb(pid: number, which: "VmRSS" | "VmHWM"): number | undefined {
	try {
		const match = new RegExp(`^${which}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
		return match === null ? undefined : Number(match[1]) / 1024;
	} catch {
		return undefined;
	}
}

/** USER_HZ: 100 on every Linux there is. */
const ticksPerSecond = 100;

function statOf(pid: number): { parent: number; own: number; gone: number } | undefined {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The name, in brackets, may hold anything.
		const fields = text
			.slice(text.lastIndexOf(")") + 2)
			.split(" ")
			.map(Number);
		const [parent = 0, own = 0, ownSystem = 0, gone = 0, goneSystem = 0] = [1, 11, 12, 13, 14].map((at) => fields[at]);
		return { parent, own: own + ownSystem, gone: gone + goneSystem };
	} catch {
		return undefined;
	}
}

function allPids(): number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}
