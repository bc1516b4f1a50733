import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { FolderInUse } from "../store/embedded/lock.ts";
import { runningEmbedded, startEmbedded } from "../store/embedded.ts";
import { migrate } from "../store/migrate.ts";
import { serverPassword, serverUrl } from "../store/server-login.ts";
import { StartFailure } from "../store/start-failure.ts";
import { lineOf } from "./report.ts";
import { keptTokenKey } from "./token-keys.ts";

/** What the server and the commands stand on: a migrated database, open as the server's own login. */
export interface Ground {
	/** The configuration with the token keys filled in. */
	readonly config: Config;
	readonly database: Database;
	/** Closes the database and stops the embedded PostgreSQL. */
	close(): Promise<void>;
}

/** How to get it. */
export interface GroundOptions {
	readonly log: Logger;
	/** Called when the embedded PostgreSQL ends by itself. */
	readonly onLost: (reason: string) => void;
	/** True for commands: use the embedded PostgreSQL of a server that runs in DATA_DIR already. Default: false. */
	readonly mayShare?: boolean;
}

/**
 * Starts the embedded PostgreSQL unless DATABASE_URL names one, migrates and connects.
 * @throws {StartFailure} in one line.
 */
export async function prepareGround(given: Config, options: GroundOptions): Promise<Ground> {
	const postgres = await postgresFor(given, options);
	try {
		const config =
			given.tokenEncryptionKeys.length > 0 ? given : { ...given, tokenEncryptionKeys: [keptTokenKey(given.dataDir)] };
		const [newest] = config.tokenEncryptionKeys;
		if (newest === undefined) throw new StartFailure("TOKEN_ENCRYPTION_KEY: is required");
		const database = await migrated(postgres.ownerUrl, newest, config, options.log);
		return {
			config,
			database,
			async close() {
				await database.close();
				await postgres.stop();
			},
		};
	} catch (error) {
		await postgres.stop();
		throw error;
	}
}

/** The migrated database, opened; what goes wrong names the setting that leads there. */
async function migrated(ownerUrl: string, key: Buffer, config: Config, log: Logger): Promise<Database> {
	try {
		await migrate(ownerUrl, serverPassword(key), log);
		return await openDatabase({ url: serverUrl(ownerUrl, key), poolSize: config.poolSize });
	} catch (error) {
		log.debug({ err: error }, "the database cannot be used");
		throw new StartFailure(`${config.databaseUrl === null ? "DATA_DIR" : "DATABASE_URL"}: ${lineOf(error)}`, {
			cause: error,
		});
	}
}

interface Postgres {
	readonly ownerUrl: string;
	stop(): Promise<void>;
}

async function postgresFor(config: Config, { log, onLost, mayShare = false }: GroundOptions): Promise<Postgres> {
	if (config.databaseUrl !== null) return { ownerUrl: config.databaseUrl, stop: async () => undefined };
	try {
		return await startEmbedded({ dataDir: config.dataDir, log, onLost });
	} catch (error) {
		const ownerUrl = mayShare && error instanceof FolderInUse ? runningEmbedded(config.dataDir) : null;
		if (ownerUrl === null) throw error;
		return { ownerUrl, stop: async () => undefined };
	}
}
