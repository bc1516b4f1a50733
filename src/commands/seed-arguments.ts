import { parseArgs } from "node:util";

/** What `npm run seed --` was asked for. */
export interface SeedArguments {
	readonly patients: number;
	readonly days: number;
	readonly seed: string;
	readonly vitalsPerDay: number;
	/** Password of every account made; null = nobody can sign in as them. */
	readonly password: string | null;
}

/** How to call it. */
export const seedUsage =
	"npm run seed -- [--patients 12] [--days 180] [--seed 1] [--vitals-per-day 5] [--password <at least 8 characters>]";

/**
 * Reads the arguments after `npm run seed --`.
 *
 * @throws Error in one line when one is unknown or out of range
 */
export function readSeedArguments(argv: readonly string[]): SeedArguments {
	const { values } = parseArgs({
		args: [...argv],
		options: {
			patients: { type: "string", default: "12" },
			days: { type: "string", default: "180" },
			seed: { type: "string", default: "1" },
			"vitals-per-day": { type: "string", default: "5" },
			password: { type: "string" },
		},
	});
	if (!/^[A-Za-z0-9]{1,40}$/.test(values.seed)) throw new Error("--seed: only letters and digits, at most 40");
	const bytes = Buffer.byteLength(values.password ?? "12345678");
	if (bytes < 8 || bytes > 72) throw new Error("--password: 8 characters at least, 72 bytes at most");
	return {
		patients: wholeNumber("--patients", values.patients, 1, 100_000),
		days: wholeNumber("--days", values.days, 1, 3650),
		seed: values.seed,
		vitalsPerDay: wholeNumber("--vitals-per-day", values["vitals-per-day"], 1, 200),
		password: values.password ?? null,
	};
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
	const value = Number(text);
	if (/^\d+$/.test(text) && value >= low && value <= high) return value;
	throw new Error(`${name}: "${text}" is not a whole number from ${low} to ${high}`);
}
