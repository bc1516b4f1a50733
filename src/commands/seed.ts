/** `npm run seed`: adds synthetic people to the database (src/seed/README.md) and stops. */
import { pino } from "pino";
import { hashPassword } from "../auth/passwords.ts";
import { readConfig } from "../config.ts";
import { prepareGround } from "../process/ground.ts";
import { giveUp, lineOf } from "../process/report.ts";
import { progressOn } from "../seed/progress.ts";
import { seedSynthetic } from "../seed/synthetic.ts";
import { readSeedArguments, type SeedArguments, seedUsage } from "./seed-arguments.ts";

const asked = readArguments();
try {
	const config = readConfig(process.env);
	const log = pino({ level: config.logLevel === "info" ? "warn" : config.logLevel });
	const ground = await prepareGround(config, { log, onLost: giveUp, mayShare: true });
	try {
		const passwordHash = asked.password === null ? null : await hashPassword(asked.password, config.bcryptCost);
		const progress = progressOn(process.stderr, () => performance.now());
		const isNew = await seedSynthetic(ground.database, { ...asked, passwordHash, now: new Date(), progress });
		if (!isNew) process.stderr.write(`seed ${asked.seed} is there already; choose another --seed\n`);
	} finally {
		await ground.close();
	}
} catch (error) {
	giveUp(error);
}

function readArguments(): SeedArguments {
	try {
		return readSeedArguments(process.argv.slice(2));
	} catch (error) {
		process.stderr.write(`${lineOf(error)}\n${seedUsage}\n`);
		process.exit(1);
	}
}
