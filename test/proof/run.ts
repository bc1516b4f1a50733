/** `npm run proof -- crash|hostile|pulls`: see README.md here. Progress goes to stderr, the report to stdout; exit code 1 when anything is wrong. */
import { parseArgs } from "node:util";
import { proveCrashes } from "./crash/crash.ts";
import { crashText } from "./crash/report.ts";
import { hostileText, proveHostile } from "./hostile/hostile.ts";
import { onProcess } from "./hostile/process.ts";
import { provePulls } from "./pulls/pulls.ts";
import { pullsText } from "./pulls/report.ts";

const { values: given, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		rounds: { type: "string" },
		seed: { type: "string" },
		clients: { type: "string" },
		requests: { type: "string" },
		json: { type: "boolean", default: false },
	},
});
const say = (line: string) => process.stderr.write(`${line}\n`);
const seed = numberOf("seed", Math.floor(Date.now() / 1000) % 1_000_000);

switch (positionals[0]) {
	case "crash": {
		const report = await proveCrashes({
			rounds: numberOf("rounds", 20),
			seed,
			clients: numberOf("clients", 12),
			say,
		});
		console.log(given.json ? JSON.stringify(report) : crashText(report));
		process.exitCode = report.wrong.length === 0 ? 0 : 1;
		break;
	}
	case "hostile": {
		const requests = numberOf("requests", 10_000);
		const report = await onProcess((ground) => proveHostile(ground, { requests, seed, say }));
		console.log(hostileText(report));
		process.exitCode = report.wrong.size === 0 ? 0 : 1;
		break;
	}
	case "pulls": {
		const report = await provePulls({ rounds: numberOf("rounds", 20), seed, say });
		console.log(given.json ? JSON.stringify(report) : pullsText(report));
		process.exitCode = report.wrong.length === 0 ? 0 : 1;
		break;
	}
	default:
		fail(
			"npm run proof -- crash [--rounds N] [--clients N] [--seed S] [--json]\nnpm run proof -- pulls [--rounds N] [--seed S] [--json]\nnpm run proof -- hostile [--requests N] [--seed S]",
		);
}

function numberOf(name: "rounds" | "seed" | "clients" | "requests", otherwise: number): number {
	const text = given[name];
	const value = text === undefined ? otherwise : Number(text);
	if (!Number.isSafeInteger(value) || value < 1) fail(`--${name}: ${text} is not a whole number above 0`);
	return value;
}

function fail(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(2);
}
