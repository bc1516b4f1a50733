import { pino } from "pino";
import { readConfig } from "../config.ts";
import { type Ground, prepareGround } from "../process/ground.ts";
import { giveUp } from "../process/report.ts";
import { type Sealer, sealer } from "../secrets/sealer.ts";

/**
 * Runs a command on the database, also beside a running server, and closes it again; what goes wrong is one line and exit code 1.
 *
 * @param isUnderstood - false: the usage is shown instead, exit code 1
 */
export async function onGround(
	usage: string,
	isUnderstood: boolean,
	work: (ground: Ground, sealer: Sealer) => Promise<void>,
): Promise<void> {
	if (!isUnderstood) {
		process.stderr.write(`${usage}\n`);
		process.exit(1);
	}
	try {
		const config = readConfig(process.env);
		const log = pino({ level: config.logLevel === "info" ? "warn" : config.logLevel });
		const ground = await prepareGround(config, { log, onLost: giveUp, mayShare: true });
		try {
			await work(ground, sealer(ground.config.tokenEncryptionKeys));
		} finally {
			await ground.close();
		}
	} catch (error) {
		giveUp(error);
	}
}
