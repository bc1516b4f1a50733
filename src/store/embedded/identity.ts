import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileFailure, StartFailure } from "../start-failure.ts";

/** What is remembered about the embedded database between starts; kept in DATA_DIR, readable by its owner only. */
export interface Identity {
	/** Names its folder where that cannot be in DATA_DIR (running as root). Random: a deleted DATA_DIR means a new database. */
	readonly id: string;
	/** The password of the owner role. */
	readonly password: string;
	/** The TCP port on loopback it last had. */
	readonly port: number | null;
}

/** Reads the identity kept in a DATA_DIR, or makes and keeps a new one. */
export function identityIn(dataDir: string): Identity {
	const path = join(dataDir, "postgres.json");
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
			throw fileFailure(`DATA_DIR: cannot read ${path}`, error);
		}
		const made = { id: randomBytes(8).toString("hex"), password: randomBytes(24).toString("base64url"), port: null };
		keepIdentity(dataDir, made);
		return made;
	}
	try {
		const { id, password, port } = JSON.parse(text) as Partial<Identity>;
		if (typeof id === "string" && /^[0-9a-f]{16}$/.test(id) && typeof password === "string" && password !== "") {
			return { id, password, port: typeof port === "number" ? port : null };
		}
	} catch {
		// Falls through to the one line below: what exactly is wrong with the JSON does not help anybody.
	}
	throw new StartFailure(`DATA_DIR: ${path} is damaged; restore it from a backup (it holds the database's password)`);
}

/** Keeps the identity, all of it or nothing. */
export function keepIdentity(dataDir: string, identity: Identity): void {
	const path = join(dataDir, "postgres.json");
	try {
		writeFileSync(`${path}.new`, `${JSON.stringify(identity, null, "\t")}\n`, { mode: 0o600 });
		renameSync(`${path}.new`, path);
	} catch (error) {
		throw fileFailure(`DATA_DIR: cannot write ${path}`, error);
	}
}
