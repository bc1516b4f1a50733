import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { startEmbedded } from "../../src/store/embedded.ts";
import { migrate } from "../../src/store/migrate.ts";
import { serverPassword } from "../../src/store/server-login.ts";

/** Where the benchmark happens: a folder and a PostgreSQL of its own, gone afterwards. */
export interface Place {
	readonly folder: string;
	readonly ownerUrl: string;
	/** Process of PostgreSQL, the parent of its sessions. */
	readonly postgresPid: number;
	/** What the server under load is started with. */
	readonly env: Readonly<Record<string, string>>;
	readonly owner: pg.Client;
	remove(): Promise<void>;
}

/** Fixed, since the database is thrown away. */
const key = Buffer.alloc(32, 9);

/** Starts the embedded PostgreSQL as the server itself would, disk and all, and migrates it; nothing is in it yet. */
export async function preparePlace(): Promise<Place> {
	const folder = temporaryFolder();
	const postgres = await startEmbedded({
		dataDir: join(folder, "data"),
		log: { debug: () => undefined, info: () => undefined },
		onLost: (reason) => {
			throw new Error(reason);
		},
	});
	const { ownerUrl } = postgres;
	await migrate(ownerUrl, serverPassword(key), { info: () => undefined });
	const owner = new pg.Client({ connectionString: ownerUrl, application_name: "heart bench" });
	await owner.connect();
	return {
		folder,
		ownerUrl,
		postgresPid: postgres.pid,
		env: { DATABASE_URL: ownerUrl, TOKEN_ENCRYPTION_KEY: key.toString("base64") },
		owner,
		async remove() {
			await owner.end();
			await postgres.stop();
			// As root the database lies elsewhere (store/embedded.ts).
			rmSync(dirname(postgres.folder), { recursive: true, force: true });
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** A folder nobody else may enter. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "heart-bench-"));
	chmodSync(folder, 0o700);
	return folder;
}
