/**
 * The server as people run it, but that its time can be moved forward for whatever vendors' times are compared with, and that it counts what it
 * asks of PostgreSQL: `POST /?advance=ms`, `GET /` on CONTROL_PORT.
 */
import { createServer } from "node:http";
import pg from "pg";
import { buildApp } from "../../../src/app.ts";
import { readConfig } from "../../../src/config.ts";
import { prepareGround } from "../../../src/process/ground.ts";
import { openLog } from "../../../src/process/log.ts";

let ahead = 0;
let statements = 0;
const query = pg.Client.prototype.query;
pg.Client.prototype.query = function counted(this: pg.Client, ...given: unknown[]) {
	statements++;
	return (query as (...given: unknown[]) => unknown).apply(this, given);
} as typeof query;

const log = openLog("warn");
const onLost = (reason: unknown) => {
	throw reason;
};
const { config, database, close } = await prepareGround(readConfig(process.env), { log, onLost });
const app = await buildApp({
	config: { ...config, lookForJobsEverySeconds: 1 },
	database,
	log,
	devices: { now: () => Date.now() + ahead },
});
await app.listen({ host: config.host, port: config.port });
const control = createServer((request, response) => {
	ahead += Number(new URL(request.url ?? "", "http://control").searchParams.get("advance") ?? 0);
	response.end(JSON.stringify({ statements, now: Date.now() + ahead }));
}).listen(Number(process.env.CONTROL_PORT), "127.0.0.1");
process.once("SIGTERM", async () => {
	control.close();
	control.closeAllConnections();
	await app.close();
	await close();
	process.exit();
});
