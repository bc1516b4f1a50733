import t from "tap";
import { readSeedArguments } from "../../../src/commands/seed-arguments.ts";

t.test("defaults and given values", async (t) => {
	t.same(readSeedArguments([]), { patients: 12, days: 180, seed: "1", vitalsPerDay: 5, password: null });
	const argv = [
		"--patients",
		"100",
		"--days",
		"730",
		"--seed",
		"7",
		"--vitals-per-day",
		"24",
		"--password",
		"long enough",
	];
	t.same(readSeedArguments(argv), { patients: 100, days: 730, seed: "7", vitalsPerDay: 24, password: "long enough" });
});

t.test("mistakes are named", async (t) => {
	t.throws(() => readSeedArguments(["--patients", "0"]), {
		message: '--patients: "0" is not a whole number from 1 to 100000',
	});
	t.throws(() => readSeedArguments(["--days", "ten"]), /--days/);
	t.throws(() => readSeedArguments(["--seed", "a b"]), /--seed/);
	t.throws(() => readSeedArguments(["--password", "short"]), /--password/);
	t.throws(() => readSeedArguments(["--nope"]), /--nope/);
});
