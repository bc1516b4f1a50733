import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sharedFolder } from "../../src/store/embedded/binaries.ts";
import { identityIn } from "../../src/store/embedded/identity.ts";
import { temporaryFolder } from "./place.ts";
import { start } from "./processes.ts";

/** Milliseconds until the server answers that it is ready. */
export interface StartUp {
	/** On an empty DATA_DIR: initdb, migrations, demo people. */
	readonly firstMs: number;
	/** On the same DATA_DIR again. */
	readonly secondMs: number;
}

/** Most milliseconds each may take (performance.md). */
export const startUpGoals: StartUp = { firstMs: 15_000, secondMs: 2000 };

/** Starts the server twice with its own embedded PostgreSQL, as `npm start` does. */
export async function measureStartUp(): Promise<StartUp> {
	const folder = temporaryFolder();
	const dataDir = join(folder, "data");
	const logFile = join(folder, "server.log");
	const once = async () => {
		const server = await start({
			script: "src/main.js",
			env: { DATA_DIR: dataDir },
			logFile,
			readyPath: "/health/ready",
		});
		await server.stop();
		return server.startMs;
	};
	try {
		return { firstMs: await once(), secondMs: await once() };
	} catch (error) {
		process.stderr.write(readFileSync(logFile, "utf8"));
		throw error;
	} finally {
		// As root the database lies there (store/embedded.ts).
		rmSync(join(sharedFolder, identityIn(dataDir).id), { recursive: true, force: true });
		rmSync(folder, { recursive: true, force: true });
	}
}
