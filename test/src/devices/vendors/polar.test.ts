import { createHmac } from "node:crypto";
import t from "tap";
import type { Exercise, Measure, Sleep } from "../../../../src/devices/measures.ts";
import { rowOf } from "../../../../src/devices/rows-of-measures.ts";
import { polar } from "../../../../src/devices/vendors/polar.ts";
import { dataFiles, needsData } from "../../fhir/shared-data.ts";

const zoned = (timeZone: string) => ({ vendorUserId: "1", timeZone });
const context = zoned("Europe/Helsinki");
const feed = (name: string) => {
	const found = polar.feeds.find((one) => one.name === name);
	if (found === undefined) throw new Error(`no feed ${name}`);
	return found;
};
const day = Date.parse("2024-03-05T00:00:00Z");
const measures = (name: string, body: unknown, given = context): readonly Measure[] => {
	const one = feed(name);
	const request = one.first({ from: day, to: day }, given);
	return one.read({ status: 200, body }, request, given).records.flatMap((record) => record.measures);
};

const exercise = {
	id: "2AC312F",
	upload_time: "2024-03-05T08:30:00.000Z",
	start_time: "2024-03-05T07:15:00",
	start_time_utc_offset: 180,
	duration: "PT1M30.500S",
	calories: 530,
	distance: 1609.344,
	heart_rate: { average: 129, maximum: 147 },
	sport: "OTHER",
	detailed_sport_info: "WATERSPORTS_WATERSKI",
	"running-index": 51,
	heart_rate_zones: [{ index: 1, "lower-limit": 110, "upper-limit": 130, "in-zone": "PT4S" }],
};

t.test("an exercise: local start less its offset is UTC", async (t) => {
	const [measure] = measures("exercises", [exercise]) as [Exercise];
	t.match(measure, {
		externalId: "2AC312F",
		at: "2024-03-05T04:15:00.000Z",
		durationSeconds: 90.5,
		energyKilocalories: 530,
	});
	t.equal(measure.endedAt, "2024-03-05T04:16:30.500Z");
	t.equal(measure.note, "Watersports waterski");
	const [west] = measures("exercises", [{ ...exercise, start_time_utc_offset: -300, duration: "P1DT2H44M" }]) as [
		Exercise,
	];
	t.equal(west.at, "2024-03-05T12:15:00.000Z");
	t.equal(west.durationSeconds, 26 * 3600 + 44 * 60);
	const [bare] = measures("exercises", [{ ...exercise, distance: undefined, heart_rate: undefined, calories: 0 }]);
	t.match(rowOf(bare as Measure), { values: { distance: null, avgHeartRate: null, calories: null, duration: 2 } });
});

t.test("an exercise that does not tell its offset is of the person's zone", async (t) => {
	const at = (start_time: string, timeZone: string) => {
		const body = [{ ...exercise, start_time, start_time_utc_offset: undefined }];
		const context = { vendorUserId: "", timeZone };
		const [record] = feed("exercises").read({ status: 200, body }, { method: "GET", path: "/" }, context).records;
		return record?.measures[0]?.at;
	};
	t.equal(at("2024-03-05T07:15:00", "Asia/Kolkata"), "2024-03-05T01:45:00.000Z");
	t.equal(at("2024-07-05T07:15:00.000", "America/New_York"), "2024-07-05T11:15:00.000Z");
	t.equal(at("2024-03-05T07:15:00+01:00", "Asia/Kolkata"), "2024-03-05T06:15:00.000Z");
});

t.test("what is no list of exercises is refused", async (t) => {
	for (const body of [
		{},
		null,
		[{}],
		[{ ...exercise, start_time: "yesterday" }],
		[{ ...exercise, duration: "long" }],
	]) {
		t.throws(() => measures("exercises", body), /cannot be read/);
	}
});

t.test("one that cannot be read does not keep the others away", async (t) => {
	const read = (name: string, body: unknown) =>
		feed(name)
			.read({ status: 200, body }, { method: "GET", path: "/" }, { vendorUserId: "", timeZone: "UTC" })
			.records.map(({ measures, unread }) => unread ?? measures.length);
	t.same(read("exercises", [{ ...exercise, duration: "P99999999D" }, exercise]), ["a time in no year there is", 1]);
	t.same(
		read("spo2", [
			{ test_time: 1e300, test_status: "SPO2_TEST_PASSED", blood_oxygen_percent: 97 },
			{ test_time: 1_705_300_000, test_status: "SPO2_TEST_PASSED", blood_oxygen_percent: 97 },
		]),
		["a time in no year there is", 1],
	);
	t.same(read("exercises", [exercise, {}]), [1, "an exercise without id, start_time or duration"]);
	t.same(read("sleep", { nights: [{ date: "2024-01-15" }, night] }), [
		"a night without date, sleep_start_time or sleep_end_time",
		1,
	]);
});

const night = {
	date: "2024-01-15",
	sleep_start_time: "2024-01-14T23:00:00+02:00",
	sleep_end_time: "2024-01-15T07:00:00+02:00",
	light_sleep: 14_400,
	deep_sleep: 5400,
	rem_sleep: 7200,
	sleep_score: 82,
	hypnogram: { "23:00": 0, "23:10": 2, "00:30": 0, "00:35": 4, "02:30": 1, "04:00": 0, "04:02": 2, "06:50": 0 },
};

t.test("a night", async (t) => {
	const [measure] = measures("sleep", { nights: [night] }) as [Sleep];
	t.match(measure, {
		externalId: "2024-01-15",
		date: "2024-01-15",
		at: "2024-01-14T21:00:00.000Z",
		endedAt: "2024-01-15T05:00:00.000Z",
		asleepSeconds: 27_000,
		quality: 5,
		interruptions: 2,
	});
	t.match(rowOf(measure), { values: { totalHours: 7.5, sleepDate: "2024-01-15" } });
	const quality = (more: object) => (measures("sleep", { nights: [{ ...night, ...more }] })[0] as Sleep).quality;
	t.equal(quality({ sleep_rating: 2 }), 2, "the sleeper's own word comes first");
	t.equal(quality({ sleep_rating: 0 }), 5, "0 is no rating");
	t.equal(quality({ sleep_score: 20 }), 1);
	t.equal(quality({ sleep_score: 21 }), 2);
	t.equal(quality({ sleep_score: 0 }), undefined);
	t.same(measures("sleep", { nights: [] }), []);
	t.same(measures("sleep", undefined), []);
});

t.test("nights when the clocks change, in three zones: real hours", async (t) => {
	const between = (from: string, to: string) => {
		const plain = { ...night, sleep_start_time: from, sleep_end_time: to, light_sleep: 0, deep_sleep: 0, rem_sleep: 0 };
		return (measures("sleep", { nights: [plain] })[0] as Sleep).asleepSeconds / 3600;
	};
	t.equal(between("2025-03-08T23:00:00-05:00", "2025-03-09T07:00:00-04:00"), 7, "New York, spring");
	t.equal(between("2025-10-25T23:00:00+03:00", "2025-10-26T07:00:00+02:00"), 9, "Helsinki, autumn");
	t.equal(between("2025-04-05T23:00:00+11:00", "2025-04-06T07:00:00+10:30"), 8.5, "Lord Howe, half an hour");
});

t.test("continuous heart rate: the device's clock in the person's zone", async (t) => {
	const at = (date: string, times: readonly string[], zone: string) => {
		const body = { date, heart_rate_samples: times.map((sample_time) => ({ heart_rate: 60, sample_time })) };
		return measures("heart-rate", body, zoned(zone)).map((measure) => measure.at.slice(11, 16));
	};
	t.same(at("2024-01-15", ["08:00", "08:05:00", "later"], "Europe/Helsinki"), ["06:00", "06:05"]);
	// 2025-11-02, 02:00 EDT is 01:00 EST: the hour comes twice.
	t.same(at("2025-11-02", ["00:55", "01:30", "01:55", "01:00", "01:30", "02:00"], "America/New_York"), [
		"04:55",
		"05:30",
		"05:55",
		"06:00",
		"06:30",
		"07:00",
	]);
	t.same(at("2025-03-09", ["01:55", "03:00"], "America/New_York"), ["06:55", "07:00"]);
	t.same(at("2025-04-06", ["01:45", "01:45"], "Australia/Lord_Howe"), ["14:45", "15:15"]);
	t.same(
		measures("heart-rate", {
			heart_rates: [{ date: "2024-01-15", heart_rate_samples: [{ heart_rate: 0, sample_time: "08:00" }] }],
		}),
		[],
	);
});

t.test("heart rates are asked day by day, in the person's calendar", async (t) => {
	const one = feed("heart-rate");
	const window = { from: Date.parse("2024-01-14T23:00:00Z"), to: Date.parse("2024-01-16T12:00:00Z") };
	const first = one.first(window, context);
	t.equal(first.path, "/v3/users/continuous-heart-rate/2024-01-15");
	const { next } = one.read({ status: 404, body: undefined }, first, context);
	t.equal(next?.path, "/v3/users/continuous-heart-rate/2024-01-16");
	t.equal(one.read({ status: 200, body: {} }, next ?? first, context).next, undefined);
});

t.test("SpO2, temperature, weight: only what is one", async (t) => {
	const test = { test_time: 1_705_300_000, test_status: "SPO2_TEST_PASSED", blood_oxygen_percent: 97 };
	t.match(measures("spo2", [test, { ...test, test_status: "SPO2_TEST_INCONCLUSIVE_TOO_LOW_QUALITY_IN_SAMPLES" }]), [
		{ externalId: "1705300000", at: "2024-01-15T06:26:40.000Z", percent: 97 },
	]);
	const samples = [{ temperature_celsius: 37, recording_time_delta_milliseconds: 60_000 }];
	const core = { measurement_type: "TM_CORE_TEMPERATURE", start_time: "2024-01-15T01:00:00", samples };
	const temperatures = measures("body-temperature", [core, { ...core, measurement_type: "TM_SKIN_TEMPERATURE" }]);
	t.match(temperatures, [{ at: "2024-01-15T01:01:00.000Z", celsius: 37 }]);
	t.match(rowOf(temperatures[0] as Measure), { values: { temperature: 98.6 } });
	const info = { weight: 80, modified: "2024-01-15T01:00:00.000Z", weight_source: "SOURCE_USER" };
	t.match(rowOf(measures("physical-info", info)[0] as Measure), { values: { weight: 176.3698 } });
	t.same(measures("physical-info", { ...info, weight_source: "SOURCE_ESTIMATE" }), []);
});

t.test("limits, signatures, events, enrolment", async (t) => {
	const now = 1_760_000_000_000;
	const headers = new Headers({
		"RateLimit-Limit": "520,5100",
		"RateLimit-Usage": "519,600",
		"RateLimit-Reset": "300,80000",
	});
	t.same(
		polar.limits.read((name) => headers.get(name), now),
		[
			{ name: "15min", limit: 520, used: 519, endsAt: now + 300_000 },
			{ name: "day", limit: 5100, used: 600, endsAt: now + 80_000_000 },
		],
	);
	const body = '{"event":"EXERCISE","user_id":475,"entity_id":"aQlC83"}';
	const signature = createHmac("sha256", "key").update(body).digest("hex");
	t.equal(polar.webhooks?.verify(signature, body, "key", now), true);
	t.equal(polar.webhooks?.verify(signature, `${body} `, "key", now), false);
	t.equal(polar.webhooks?.verify("", body, "key", now), false);
	t.same(polar.webhooks?.events(JSON.parse(body)), [
		{ vendorUserId: "475", errand: { do: "fetch", feed: "exercises", externalId: "aQlC83" } },
	]);
	t.same(polar.webhooks?.events({ event: "SLEEP", user_id: 475, date: "2024-01-15" }), [
		{ vendorUserId: "475", errand: { do: "pull" } },
	]);
	t.equal(polar.webhooks?.isPing?.({ event: "PING" }), true);
	const enrolled = (status: number) => polar.oauth?.enrolled?.({ status, body: undefined });
	t.equal(enrolled(200), undefined);
	t.equal(enrolled(409), undefined);
	t.match(enrolled(403), /consents/);
	t.match(enrolled(500), /later/);
});

t.test("payloads of open-wearables", needsData, async (t) => {
	const files = new Map(
		[...dataFiles("wearables/open-wearables", ".json")].map(({ name, text }) => [name, JSON.parse(text)]),
	);
	const [run] = measures("exercises", [files.get("polar_import.sample_polar_exercise.1.json")]) as [Exercise];
	t.match(run, {
		externalId: "ABC123",
		at: "2024-01-15T07:00:00.000Z",
		endedAt: "2024-01-15T08:00:00.000Z",
		activity: "run",
	});
	const [slept] = measures("sleep", { nights: [files.get("polar_247.sample_sleep.1.json")] }) as [Sleep];
	t.match(slept, { asleepSeconds: 27_000, quality: 5, interruptions: 0 });
	const rates = measures("heart-rate", files.get("polar_247.sample_chr.3.json"));
	t.same(
		rates.map(({ at }) => at),
		["2024-01-15T06:00:00.000Z", "2024-01-15T06:05:00.000Z", "2024-01-15T06:10:00.000Z"],
	);
});
