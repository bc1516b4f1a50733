import fc from "fast-check";
import t from "tap";
import { type BucketSize, bucketSizes, bucketsOf, civilName } from "../../../src/native/buckets.ts";

const at = (text: string) => Temporal.Instant.from(text);

function names(size: BucketSize, zone: string, from: string, before: string): string[] {
	return (bucketsOf(size, zone, at(from), at(before), 1000) ?? []).map((bucket) => civilName(size, bucket));
}

t.test("whole buckets in civil time, whatever part is asked for", async (t) => {
	const zone = "America/New_York";
	t.same(names("day", zone, "2026-03-07T05:00:00Z", "2026-03-10T04:00:00Z"), [
		"2026-03-07",
		"2026-03-08",
		"2026-03-09",
	]);
	t.same(names("day", zone, "2026-03-07T04:59:59Z", "2026-03-07T05:00:01Z"), ["2026-03-06", "2026-03-07"]);
	t.same(names("week", zone, "2026-03-08T12:00:00Z", "2026-03-09T12:00:00Z"), ["2026-03-02", "2026-03-09"]);
	t.same(names("month", zone, "2026-01-31T12:00:00Z", "2026-03-01T05:00:00Z"), ["2026-01-01", "2026-02-01"]);
	t.same(names("day", zone, "2026-03-07T05:00:00Z", "2026-03-07T05:00:00Z"), []);
	t.equal(bucketsOf("hour", zone, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), 1000), undefined);
});

t.test("hours around clock changes in three zones", async (t) => {
	t.same(names("hour", "America/New_York", "2026-03-08T06:00:00Z", "2026-03-08T08:00:00Z"), [
		"2026-03-08T01:00-05:00",
		"2026-03-08T03:00-04:00",
	]);
	t.same(names("hour", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"), [
		"2026-10-25T02:00+02:00",
		"2026-10-25T02:00+01:00",
		"2026-10-25T03:00+01:00",
	]);
	// Half an hour: 2:00 becomes 2:30 in October and 1:30 in April.
	t.same(names("hour", "Australia/Lord_Howe", "2026-10-03T14:30:00Z", "2026-10-03T16:30:00Z"), [
		"2026-10-04T01:00+10:30",
		"2026-10-04T02:30+11:00",
		"2026-10-04T03:00+11:00",
	]);
	const back = names("hour", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z");
	t.equal(back[0], "2026-04-05T01:00+11:00");
	t.equal(back.at(-1), "2026-04-05T02:00+10:30");
});

t.test("a day whose midnight is skipped begins later", async (t) => {
	const [day] = bucketsOf("day", "America/Sao_Paulo", at("2018-11-04T12:00:00Z"), at("2018-11-04T13:00:00Z"), 9) ?? [];
	t.equal(day?.starts.toString(), "2018-11-04T01:00:00-02:00[America/Sao_Paulo]");
	t.equal(day?.starts.until(day.ends).total("hours"), 23);
});

const zones = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "UTC"];

t.test("what is left of an hour in which clocks went back by half an hour", async (t) => {
	const from = Temporal.Instant.from("2011-04-02T15:10:00Z");
	const hours = bucketsOf("hour", "Australia/Lord_Howe", from, from.add({ minutes: 30 }), 10) ?? [];
	t.same(
		hours.map((hour) => [civilName("hour", hour), hour.ends.toInstant().toString()]),
		[
			["2011-04-03T01:30+10:30", "2011-04-02T15:30:00Z"],
			["2011-04-03T02:00+10:30", "2011-04-02T16:30:00Z"],
		],
	);
});

t.test("buckets follow one another without a gap and cover what is asked for", async (t) => {
	const moment = fc.integer({ min: 1_293_840_000, max: 1_900_000_000 });
	fc.assert(
		fc.property(
			fc.constantFrom(...bucketSizes),
			fc.constantFrom(...zones),
			moment,
			fc.integer({ min: 1, max: 20_000_000 }),
			(size, zone, start, seconds) => {
				const from = Temporal.Instant.fromEpochMilliseconds(start * 1000);
				const length = size === "hour" ? seconds % 400_000 : seconds;
				const before = from.add({ seconds: length + 1 });
				const buckets = bucketsOf(size, zone, from, before, 1000) ?? [];
				const order = (a: Temporal.ZonedDateTime | undefined, b: Temporal.Instant) =>
					a === undefined ? Number.NaN : Temporal.Instant.compare(a.toInstant(), b);
				return (
					order(buckets[0]?.starts, from) <= 0 &&
					order(buckets[0]?.ends, from) > 0 &&
					order(buckets.at(-1)?.ends, before) >= 0 &&
					order(buckets.at(-1)?.starts, before) < 0 &&
					buckets.every(
						({ starts, ends }, index) =>
							order(starts, ends.toInstant()) < 0 &&
							(index === 0 || order(buckets[index - 1]?.ends, starts.toInstant()) === 0),
					)
				);
			},
		),
		{ numRuns: 1000 },
	);
	t.pass();
});
