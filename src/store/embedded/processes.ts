import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether a process with this id exists (whoever owns it) and is more than a zombie. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
	}
	return process.platform !== "linux" || statusOf(pid)?.[0] !== "Z";
}

/** The fields of /proc/<pid>/stat after the name in brackets: state, parent, … */
function statusOf(pid: number): string[] | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	} catch {
		return null;
	}
}

function ps(pid: number, column: string): string | null {
	try {
		return execFileSync("ps", ["-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" }).trim();
	} catch {
		return null;
	}
}

/** When a process started, in the system's own form: tells it from a later one with the same id. Null when it cannot be known. */
export function startOf(pid: number): string | null {
	return process.platform === "linux" ? (statusOf(pid)?.[19] ?? null) : ps(pid, "lstart");
}

/** The command line of a process, or null when it cannot be known. */
export function commandOf(pid: number): string | null {
	if (process.platform !== "linux") return ps(pid, "command");
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
	} catch {
		return null;
	}
}

/** Waits until the process is gone; false when it is still there after `seconds`. */
export async function isGoneWithin(pid: number, seconds: number): Promise<boolean> {
	for (let waited = 0; waited < seconds * 1000; waited += 20) {
		if (!isAlive(pid)) return true;
		await sleep(20);
	}
	return !isAlive(pid);
}
