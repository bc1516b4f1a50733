import t from "tap";
import { proveCrashes } from "./crash/crash.ts";

// Two rounds of what `npm run proof -- crash --rounds 200` does for longer.
t.test("killed in the middle of intake: acknowledged is whole, all else whole or absent", async (t) => {
	const seed = Date.now() % 1_000_000;
	const report = await proveCrashes({ rounds: 2, seed, clients: 8, say: (line) => t.comment(line) });
	t.same(report.wrong, [], `seed ${seed}`);
	t.equal(report.rounds.length, 2);
});
