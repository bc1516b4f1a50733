/** The server's life: configuration, database, listening, and an orderly end. What it serves is built in app.ts. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { buildApp } from "./app.ts";
import { clients } from "./auth/clients.ts";
import { type Config, readConfig } from "./config.ts";
import { banner } from "./process/banner.ts";
import { addDemoClients } from "./process/demo-clients.ts";
import { type Ground, prepareGround } from "./process/ground.ts";
import { openLog } from "./process/log.ts";
import { giveUp } from "./process/report.ts";
import { onStopSignal } from "./process/stop-signals.ts";
import { seedDemo } from "./seed/demo.ts";
import { StartFailure } from "./store/start-failure.ts";

type App = Awaited<ReturnType<typeof buildApp>>;

/** Serves until a signal ends it. What keeps it from starting is one line on standard error, and exit code 1. */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
	await start(env).catch(giveUp);
}

async function start(env: NodeJS.ProcessEnv): Promise<void> {
	const given = readConfig(env);
	const log = openLog(given.logLevel);
	const open: { ground?: Ground; app?: App } = {};
	// From here on, so that a signal during a long first start ends PostgreSQL, too.
	onStopSignal(
		async (signal) => {
			log.info(`${signal}: stopping`);
			if (open.app !== undefined) await drain(open.app, given);
			await open.ground?.close();
		},
		(error) => log.error({ err: error }, "stopping failed"),
	);
	open.ground = await prepareGround(given, { log, onLost: giveUp });
	const { config, database } = open.ground;
	try {
		await seedDemoIfEmpty(config, open.ground, log);
		open.app = await buildApp({ config: { ...config, embedded: config.databaseUrl === null }, database, log });
		await listen(open.app, config);
	} catch (error) {
		await open.app?.close();
		await open.ground.close();
		throw error;
	}
	process.stdout.write(banner(config));
}

/** Demo people, only where nobody has an account yet, and the demo's apps. */
async function seedDemoIfEmpty(config: Config, { database }: Ground, log: Logger): Promise<void> {
	if (!config.demo) return;
	await seedDemo(database, { now: new Date(), bcryptCost: config.bcryptCost, log: (line) => log.info(line) });
	await addDemoClients(clients(database), config);
}

async function listen(app: App, { host, port }: Config): Promise<void> {
	try {
		await app.listen({ host, port });
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : "";
		if (code === "EADDRINUSE")
			throw new StartFailure(`PORT: ${port} on ${host} is taken; stop what listens there or set PORT`);
		if (code === "EACCES")
			throw new StartFailure(`PORT: ${port} may not be used by this user; set PORT to 1024 or higher`);
		if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
			throw new StartFailure(`HOST: ${host} is not an address of this machine`);
		}
		throw error;
	}
}

/** Says that it is about to stop, takes no new connections after the notice, and lets requests under way finish within the grace period. */
async function drain(app: App, { shutdownNoticeSeconds, shutdownGraceSeconds }: Config): Promise<void> {
	app.startDraining();
	await sleep(shutdownNoticeSeconds * 1000);
	const closed = app.close();
	await Promise.race([closed, sleep(shutdownGraceSeconds * 1000, undefined, { ref: false })]);
	app.server.closeAllConnections();
	await closed;
}
