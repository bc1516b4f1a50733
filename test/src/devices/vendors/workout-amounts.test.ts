import fc from "fast-check";
import t from "tap";
import { amountRequests, amountWithin, withAmounts } from "../../../../src/devices/vendors/samsung/workout-amounts.ts";

const app = "com.sec.android.app.shealth";
const minute = 60_000;
const start = Date.parse("2026-03-10T08:00:00Z");
const at = (minutes: number) => new Date(start + minutes * minute).toISOString();
const record = (from: number, to: number, data: object, by = app) => ({
	id: `${from}`,
	app: by,
	start: at(from),
	end: at(to),
	data,
});
const metres = (from: number, to: number, inMeters: number, by?: string) =>
	record(from, to, { distance: { inMeters } }, by);
const energy = (from: number, to: number, unit: string, value: number) =>
	record(from, to, { energy: { [unit]: value } });
const session = (data: object = {}) => ({ id: "s", app, start: at(0), end: at(60), data });
const replies = (distance: object[], total: object[] = [], active: object[] = []) =>
	[distance, total, active].map((body) => ({ status: 200, body }));
const data = (of: { data?: unknown }) => of.data as { distance?: unknown; energy?: unknown };

t.test("distance and energy are those of the session's time and app, whatever their unit", async (t) => {
	const joined = withAmounts(session(), replies([metres(0, 30, 2500), metres(30, 60, 2600), metres(60, 90, 9000)]));
	t.same(data(joined), { distance: { inMeters: 5100 } });
	t.same(data(withAmounts(session(), replies([record(0, 60, { distance: { inKilometers: 5.2 } })]))).distance, {
		inMeters: 5200,
	});
	t.same(data(withAmounts(session(), replies([record(0, 60, { distance: { inMiles: 2 } })]))).distance, {
		inMeters: 3218.688,
	});
	for (const [unit, value] of [
		["inKilocalories", 300],
		["inCalories", 300_000],
		["inKilojoules", 1255.2],
	] as const) {
		const { energy: found } = data(withAmounts(session(), replies([], [energy(0, 60, unit, value)]))) as {
			energy: { inKilocalories: number };
		};
		t.equal(Math.round(found.inKilocalories * 1000) / 1000, 300, unit);
	}
	const both = withAmounts(
		session(),
		replies([], [energy(0, 60, "inKilocalories", 350)], [energy(0, 60, "inKilocalories", 280)]),
	);
	t.same(data(both).energy, { inKilocalories: 350 }, "all that was burned, as other vendors tell it");
	t.same(data(withAmounts(session(), replies([], [], [energy(0, 60, "inKilocalories", 280)]))).energy, {
		inKilocalories: 280,
	});
});

t.test("what is not of the workout is left out", async (t) => {
	for (const [what, records] of [
		["another app's", [metres(0, 60, 5000, "other.app")]],
		["a day's total", [metres(-480, 960, 12_000)]],
		["before and after", [metres(-30, 0, 900), metres(60, 70, 900)]],
		["mostly outside", [metres(50, 80, 900)]],
		["without a unit known here", [record(0, 60, { distance: { inParsecs: 1 } })]],
		["less than nothing", [metres(0, 60, -5)]],
	] as const)
		t.same(data(withAmounts(session(), replies([...records]))), {}, what);
	t.same(
		data(withAmounts(session({ distance: { inMeters: 4 } }), replies([metres(0, 60, 5000)]))).distance,
		{ inMeters: 4 },
		"the session's own word counts",
	);
	t.same(data(withAmounts(session({ calories: 200 }), replies([], [energy(0, 60, "inKilocalories", 1)]))), {
		calories: 200,
	});
	t.same(withAmounts({ ...session(), end: null }, replies([metres(0, 60, 1)])), { ...session(), end: null });
	t.throws(() => withAmounts(session(), [{ status: 200, body: { error: "no list" } }]), /cannot be read/);
});

t.test("nothing counts twice: a record of just that time says it all, overlapping ones are not added up", async (t) => {
	const amount = (from: number, to: number, value: number) => ({
		app,
		from: from * minute,
		to: to * minute,
		amount: value,
	});
	const span = { app, from: 0, to: 60 * minute };
	t.equal(amountWithin([amount(0, 60, 5000), amount(0, 30, 2500), amount(30, 60, 2500)], span), 5000);
	t.equal(amountWithin([amount(0, 40, 4000), amount(20, 60, 4000)], span), 4000);
	t.equal(
		amountWithin([amount(-10, 10, 1000), amount(10, 20, 700)], span),
		1200,
		"of what reaches out as much as lies within",
	);
	t.equal(amountWithin([amount(30, 30, 7)], span), 7, "a moment");
	t.equal(amountWithin([], span), undefined);
	const records = fc.array(
		fc.record({
			from: fc.integer({ min: -60, max: 120 }),
			length: fc.integer({ min: 0, max: 90 }),
			value: fc.nat(9000),
		}),
	);
	fc.assert(
		fc.property(records, (list) => {
			const all = list.map(({ from, length, value }) => amount(from, from + length, value));
			const found = amountWithin(all, span);
			return found === undefined || (found >= 0 && found <= all.reduce((sum, one) => sum + one.amount, 0));
		}),
	);
});

t.test("they are asked for a day further than the sessions", async (t) => {
	const requests = amountRequests({ from: start, to: start + minute });
	t.same(
		requests.map(({ path }) => path.split("/").at(-1)),
		["distance", "totalCaloriesBurned", "activeCaloriesBurned"],
	);
	t.same(requests[0]?.json, {
		queries: { start: { $gte: "2026-03-09T08:00:00.000Z", $lte: "2026-03-11T08:01:00.000Z" } },
	});
});
