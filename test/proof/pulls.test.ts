import t from "tap";
import { type Moment, provePulls } from "./pulls/pulls.ts";

// A round of each of what `npm run proof -- pulls --rounds 100` does for longer.
t.test("killed between a vendor's answer and the commit: every record here once, every log true", async (t) => {
	const seed = Date.now() % 1_000_000;
	const moments: Moment[] = ["detail", "token", "log"];
	const report = await provePulls({ rounds: 3, seed, moments, byItself: 0, say: (line) => t.comment(line) });
	t.same(report.wrong, [], `seed ${seed}`);
	t.ok(report.killed >= 3);
	t.ok(report.leases > 0, "somebody had a lease when it died");
});
