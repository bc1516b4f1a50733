import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileFailure, StartFailure } from "../start-failure.ts";
import type { Binaries } from "./binaries.ts";
import type { RunAs } from "./unprivileged-user.ts";

/** The superuser of the embedded database, who owns everything in it. */
export const ownerName = "heart_owner";

/** The environment PostgreSQL runs with: its messages in English, so that they can be understood here, and nothing of ours. */
export const childEnvironment = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" };

/**
 * Makes a database cluster in `folder` unless there is one: UTF-8, one collation everywhere, passwords by SCRAM.
 * Made beside its place and renamed, so an interrupted start leaves nothing half-made.
 * @throws {StartFailure} when it cannot be made, or the one there is of another major version.
 */
export async function ensureCluster(
	folder: string,
	options: { binaries: Binaries; password: string; runAs: RunAs | null; durable: boolean },
): Promise<{ made: boolean }> {
	const { binaries } = options;
	if (existsSync(join(folder, "PG_VERSION"))) {
		const found = (await readFile(join(folder, "PG_VERSION"), "utf8")).trim();
		if (found === binaries.major) return { made: false };
		throw new StartFailure(
			`DATA_DIR: ${folder} was made by PostgreSQL ${found}, this server brings ${binaries.major}: dump it with the version that made it, or set DATA_DIR to a new folder`,
		);
	}
	const draft = `${folder}.new`;
	const passwordFile = `${folder}.password`;
	try {
		await rm(draft, { recursive: true, force: true });
		await mkdir(draft, { mode: 0o700 });
		await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
		if (options.runAs !== null) {
			await chown(draft, options.runAs.uid, options.runAs.gid);
			await chown(passwordFile, options.runAs.uid, options.runAs.gid);
		}
		await initdb(draft, passwordFile, options);
		await chmod(draft, 0o700);
		await rename(draft, folder);
	} catch (error) {
		throw error instanceof StartFailure ? error : fileFailure(`DATA_DIR: cannot make ${folder}`, error);
	} finally {
		await rm(passwordFile, { force: true });
		await rm(draft, { recursive: true, force: true });
	}
	return { made: true };
}

function initdb(
	folder: string,
	passwordFile: string,
	{ binaries, runAs, durable }: { binaries: Binaries; runAs: RunAs | null; durable: boolean },
): Promise<void> {
	const args = [
		`--pgdata=${folder}`,
		`--username=${ownerName}`,
		`--pwfile=${passwordFile}`,
		"--auth=scram-sha-256",
		"--encoding=UTF8",
		// Built in since 17: sorts alike on every platform and never changes with the system's libraries.
		"--locale-provider=builtin",
		"--builtin-locale=C.UTF-8",
		"--locale=C",
		...(durable ? [] : ["--no-sync"]),
	];
	return new Promise((resolve, reject) => {
		const child = spawn(binaries.initdb, args, {
			...runAs,
			cwd: "/",
			env: childEnvironment,
			stdio: ["ignore", "ignore", "pipe"],
		});
		let said = "";
		child.stderr.on("data", (chunk: Buffer) => {
			said += chunk.toString();
		});
		child.on("error", (error) => reject(fileFailure(`cannot run ${binaries.initdb}`, error)));
		child.on("close", (code) => {
			if (code === 0) return resolve();
			if (/No space left|wrote only/.test(said)) {
				return reject(new StartFailure(`DATA_DIR: cannot make a database in ${folder}: the disk is full`));
			}
			const line = said.split("\n").find((one) => /error|FATAL|could not|No space/i.test(one)) ?? `exit code ${code}`;
			reject(new StartFailure(`DATA_DIR: cannot make a database in ${folder}: ${line.trim()}`));
		});
	});
}
