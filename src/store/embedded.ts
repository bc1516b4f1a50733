import { chmod, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import pg from "pg";
import { postgresBinaries, sharedFolder } from "./embedded/binaries.ts";
import { ensureCluster, ownerName } from "./embedded/cluster.ts";
import { identityIn, keepIdentity } from "./embedded/identity.ts";
import { lockFolder, type Release } from "./embedded/lock.ts";
import { endOrphan, freePort, type Postmaster, reasonIn, startPostmaster } from "./embedded/postmaster.ts";
import { unprivilegedUser } from "./embedded/unprivileged-user.ts";
import { fileFailure, StartFailure } from "./start-failure.ts";

/** What {@link startEmbedded} reports to; pino's shape. */
export interface StartLog {
	debug(message: string): void;
	info(message: string): void;
}

/** A running embedded PostgreSQL. */
export interface Embedded {
	/** Address of the database `heart`, as its owner (a superuser of this cluster). */
	readonly ownerUrl: string;
	/** The folder of the database cluster. */
	readonly folder: string;
	/** Id of PostgreSQL's main process. */
	readonly pid: number;
	/** Stops the database and gives DATA_DIR back. May be called more than once. */
	stop(): Promise<void>;
}

/** How to run it. */
export interface EmbeddedOptions {
	readonly dataDir: string;
	readonly log: StartLog;
	/** Called once when PostgreSQL ends though nobody stopped it, with one line saying why. */
	readonly onLost: (reason: string) => void;
	/** False: nothing needs to survive a power cut (tests). Default: true. */
	readonly durable?: boolean;
}

/**
 * Starts a real PostgreSQL on loopback with its data in `dataDir`, made on the first start; as root, under
 * /var/lib/heart-recovery, run by an unprivileged user. Works after this process or PostgreSQL was killed.
 * @throws {StartFailure} with one line for the operator, e.g. when another server uses the folder.
 */
export async function startEmbedded({ dataDir, log, onLost, durable = true }: EmbeddedOptions): Promise<Embedded> {
	const kept = resolve(dataDir);
	await mkdir(kept, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
		throw fileFailure(`DATA_DIR: cannot make ${kept}`, error);
	});
	const releases: Release[] = [await lockFolder(kept)];
	const release = () => {
		for (const one of releases) one();
	};
	try {
		const runAs = unprivilegedUser();
		const binaries = await postgresBinaries(runAs !== null);
		const identity = identityIn(kept);
		const home = runAs === null ? kept : await sharedHome(identity.id);
		// A copied DATA_DIR names the same database: the lock beside the database keeps two servers apart then.
		if (home !== kept) releases.push(await lockFolder(home));
		const folder = join(home, "postgres");
		if ((await endOrphan(folder)).ended) log.info("stopped a PostgreSQL that an earlier, killed server left running");
		const { made } = await ensureCluster(folder, { binaries, password: identity.password, runAs, durable });
		if (made) log.info(`made a new PostgreSQL ${binaries.major} database in ${folder}`);
		const { postmaster, port } = await startOnFreePort(identity.port, (wanted) =>
			startPostmaster(binaries.postgres, { folder, port: wanted, runAs, durable, onLine: (line) => log.debug(line) }),
		);
		if (port !== identity.port) keepIdentity(kept, { ...identity, port });
		const address = addressOf(identity.password, port);
		const watched = watch(postmaster, release, onLost);
		try {
			await ensureDatabase(address);
		} catch (error) {
			await watched.stop();
			throw new StartFailure(`the embedded PostgreSQL refuses us: ${error instanceof Error ? error.message : error}`);
		}
		return { ...watched, ownerUrl: `${address}/heart`, folder };
	} catch (error) {
		release();
		throw error;
	}
}

/**
 * The owner's address of the embedded database that a server running now has in `dataDir`: for commands used beside it.
 * Null when there is none.
 */
export function runningEmbedded(dataDir: string): string | null {
	const { password, port } = identityIn(resolve(dataDir));
	return port === null ? null : `${addressOf(password, port)}/heart`;
}

const addressOf = (password: string, port: number): string => `postgresql://${ownerName}:${password}@127.0.0.1:${port}`;

async function sharedHome(id: string): Promise<string> {
	const home = join(sharedFolder, id);
	try {
		await mkdir(home, { recursive: true, mode: 0o755 });
		// Whatever the umask was: the unprivileged user must be able to walk through.
		await chmod(sharedFolder, 0o755);
		await chmod(home, 0o755);
	} catch (error) {
		throw fileFailure(`cannot make ${home} (needed as root; or set DATABASE_URL)`, error);
	}
	return home;
}

/** Between finding a port free and taking it, somebody else may take it; PostgreSQL's own sessions may also need a moment to end. */
async function startOnFreePort(
	preferred: number | null,
	start: (port: number) => Promise<Postmaster>,
): Promise<{ postmaster: Postmaster; port: number }> {
	let wanted = preferred;
	for (let attempt = 1; ; attempt++) {
		const port = await freePort(wanted);
		try {
			return { postmaster: await start(port), port };
		} catch (error) {
			const taken = error instanceof StartFailure && error.message.includes("could not create any TCP");
			const ending = error instanceof StartFailure && /still in use|already exists/.test(error.message);
			if (!(taken || ending) || attempt === 10) throw error;
			if (taken) wanted = null;
			await new Promise((done) => setTimeout(done, 200 * attempt));
		}
	}
}

/** Ties the database's life to this process: stopped on request, shut down when the process ends in any other way. */
function watch(
	postmaster: Postmaster,
	release: Release,
	onLost: (reason: string) => void,
): Pick<Embedded, "pid" | "stop"> {
	const { child } = postmaster;
	let stopping: Promise<void> | null = null;
	const atExit = () => {
		child.kill("SIGINT");
		release();
	};
	process.once("exit", atExit);
	child.once("exit", (code, signal) => {
		if (stopping !== null) return;
		process.off("exit", atExit);
		release();
		onLost(`the embedded PostgreSQL ended by itself (${signal ?? code}): ${reasonIn(postmaster.said, code)}`);
	});
	return {
		pid: child.pid ?? 0,
		stop() {
			stopping ??= postmaster.stop().finally(() => {
				process.off("exit", atExit);
				release();
			});
			return stopping;
		},
	};
}

async function ensureDatabase(address: string): Promise<void> {
	const client = new pg.Client({ connectionString: `${address}/postgres` });
	await client.connect();
	try {
		const found = await client.query("select from pg_database where datname = 'heart'");
		if (found.rowCount === 0) await client.query("create database heart");
	} finally {
		await client.end();
	}
}
