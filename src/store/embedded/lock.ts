import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileFailure, StartFailure } from "../start-failure.ts";
import { isAlive, startOf } from "./processes.ts";

/** Gives a folder back. Safe to call twice, and at exit. */
export type Release = () => void;

/** Another running process has the folder. */
export class FolderInUse extends StartFailure {}

/**
 * Takes a folder for this process alone, so that two servers never run one database. A lock left by a process that no
 * longer runs (its id may belong to another one by now: the start time tells) is taken over.
 * @throws {FolderInUse} when another running process has it.
 * @throws {StartFailure} when the folder cannot be written.
 */
export async function lockFolder(folder: string): Promise<Release> {
	const path = join(folder, "lock");
	const mine = `${process.pid} ${startOf(process.pid) ?? ""}\n`;
	const draft = `${path}.${process.pid}`;
	try {
		writeFileSync(draft, mine, { mode: 0o600 });
	} catch (error) {
		throw fileFailure(`DATA_DIR: cannot write in ${folder}`, error);
	}
	try {
		for (let attempt = 0; attempt < 20; attempt++) {
			if (tryLink(draft, path)) {
				// Somebody who saw the same stale lock may just now be moving ours away: look again.
				await sleep(attempt === 0 ? 0 : 30);
				if (readOrNull(path) === mine) return () => release(path, mine);
			}
			const theirs = readOrNull(path);
			if (theirs === null || theirs === mine) continue;
			const [pid = Number.NaN, started] = [Number(theirs.split(" ")[0]), theirs.split(" ")[1]?.trim()];
			if (pid === process.pid || !isAlive(pid) || (started ?? "") !== (startOf(pid) ?? "")) {
				moveAway(path, theirs);
				continue;
			}
			throw new FolderInUse(
				`DATA_DIR: ${folder} is in use by another server (process ${pid}); stop it or set DATA_DIR`,
			);
		}
		throw new StartFailure(`DATA_DIR: ${folder} is being taken by another server; start again`);
	} finally {
		rmSync(draft, { force: true });
	}
}

/** Linking is atomic and brings the content with it: nobody ever reads a half-written lock. */
function tryLink(draft: string, path: string): boolean {
	try {
		linkSync(draft, path);
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
		throw fileFailure(`DATA_DIR: cannot lock ${path}`, error);
	}
}

function moveAway(path: string, stale: string): void {
	const aside = `${path}.stale.${process.pid}`;
	try {
		renameSync(path, aside);
		// Not the stale lock any more, but a new one that came in between: put it back.
		if (readOrNull(aside) !== stale) tryLink(aside, path);
		rmSync(aside, { force: true });
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
	}
}

function readOrNull(path: string): string | null {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return null;
	}
}

function release(path: string, mine: string): void {
	if (readOrNull(path) === mine) rmSync(path, { force: true });
}
