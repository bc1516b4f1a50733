import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { everyTick, tickId } from "../../../src/jobs/schedule.ts";

t.test("a tick's id is the same on every server, and another for another moment or kind", async (t) => {
	const moment = new Date("2026-11-27T21:00:00Z");
	t.equal(tickId("a", moment), tickId("a", new Date(moment)));
	t.match(tickId("a", moment), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	t.not(tickId("a", moment), tickId("b", moment));
	t.not(tickId("a", moment), tickId("a", new Date("2026-11-27T21:00:01Z")));
});

t.test("two servers tick with the same ids until they are stopped", async (t) => {
	const heard: [string[], string[]] = [[], []];
	const ticks = heard.map((ids) => everyTick("kind", "* * * * * *", (id) => ids.push(id)));
	while (heard[0].length < 2 || heard[1].length < 2) await sleep(50);
	for (const tick of ticks) tick.stop();
	t.same(heard[0].slice(0, 2), heard[1].slice(0, 2));
	const before = heard[0].length;
	await sleep(1100);
	t.equal(heard[0].length, before);
});

t.test("what is no time is told", async (t) => {
	t.throws(() => everyTick("kind", "not a time", () => undefined), /kind/);
});
