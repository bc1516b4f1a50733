import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { key } from "../config/readers.ts";
import { fileFailure, StartFailure } from "../store/start-failure.ts";

/**
 * The token encryption key kept in DATA_DIR, made on the first call. Written beside its place and linked there, so that of
 * two processes that make one at the same time both get the same.
 */
export function keptTokenKey(dataDir: string): Buffer {
	const path = join(dataDir, "token-encryption-key");
	const draft = `${path}.${process.pid}`;
	try {
		mkdirSync(dataDir, { recursive: true, mode: 0o700 });
		writeFileSync(draft, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
		linkSync(draft, path);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
			throw fileFailure(`DATA_DIR: cannot write ${path}`, error);
		}
	} finally {
		rmSync(draft, { force: true });
	}
	try {
		return key(readFileSync(path, "utf8").trim());
	} catch (error) {
		throw new StartFailure(`DATA_DIR: ${path} is damaged; restore it from a backup`, { cause: error });
	}
}
