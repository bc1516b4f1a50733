/** `npm run migrate`: brings the database up to date and stops. */
import { pino } from "pino";
import { readConfig } from "../config.ts";
import { prepareGround } from "../process/ground.ts";
import { giveUp } from "../process/report.ts";

try {
	const config = readConfig(process.env);
	const log = pino({ level: config.logLevel });
	const ground = await prepareGround(config, { log, onLost: giveUp, mayShare: true });
	await ground.close();
	log.info("the database is up to date");
} catch (error) {
	giveUp(error);
}
