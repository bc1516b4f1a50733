import t from "tap";
import { budgetOf } from "../../../src/devices/budget.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { strava } from "../../../src/devices/vendors/strava.ts";
import { deviceParts, peopledDatabase } from "../../support/devices.ts";

const { database, rows } = await peopledDatabase(t);
const clock = sandboxClock(() => Date.parse("2026-03-20T12:00:00Z"));
const parts = deviceParts(database, clock, {});
const used = async (quarter: number, day: number) => {
	await rows("delete from devices.budget");
	await rows(`insert into devices.budget (vendor, name, most, used, ends_at) values
		('strava', '15min', 100, ${quarter}, '2026-03-20T12:15:00Z'), ('strava', 'day', 1000, ${day}, '2026-03-21T00:00:00Z')`);
};

t.test("a backfill leaves half of each limit to pulls, and waits for the window that keeps it away", async (t) => {
	await used(20, 100);
	t.equal((await budgetOf(parts, strava, "backfill")).left(), 30);
	t.equal((await budgetOf(parts, strava, "pull")).left(), 80);
	await used(50, 100);
	const quarter = await budgetOf(parts, strava, "backfill");
	await t.rejects(quarter.spend(), { what: "limit", until: Date.parse("2026-03-20T12:15:00Z") } as never);
	t.equal((await budgetOf(parts, strava, "pull")).left(), 50);
	await used(50, 500);
	const day = await budgetOf(parts, strava, "backfill");
	await t.rejects(
		day.spend(),
		{ until: Date.parse("2026-03-21T00:00:00Z") } as never,
		"not every half minute of the day",
	);
});

t.test("a pull that comes when all is spent waits for the end, too", async (t) => {
	await used(100, 600);
	const pull = await budgetOf(parts, strava, "pull");
	await t.rejects(pull.spend(), { what: "limit", until: Date.parse("2026-03-20T12:15:00Z") } as never);
});
