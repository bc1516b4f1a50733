import { Readable } from "node:stream";
import t from "tap";
import { csvRows } from "../../../../src/devices/csv-rows.ts";
import type { Measure } from "../../../../src/devices/measures.ts";
import { bridgeFeeds, bridgeSignIn } from "../../../../src/devices/vendors/samsung/bridge.ts";
import { exportType, readExport } from "../../../../src/devices/vendors/samsung/export.ts";
import { readPush } from "../../../../src/devices/vendors/samsung/push.ts";
import { dataFiles, needsData } from "../../fhir/shared-data.ts";

const context = { vendorUserId: "1", timeZone: "America/New_York" };
const flat = (records: readonly { measures: readonly Measure[] }[]) => records.flatMap((record) => record.measures);

t.test("bridge", async (t) => {
	const read = (type: string, body: unknown) => {
		const feed = bridgeFeeds.find(({ name }) => name === type);
		if (feed === undefined) throw new Error(type);
		return flat(feed.read({ status: 200, body }, feed.first({ from: 0, to: 1 }, context), context).records);
	};
	const record = (data: object, more: object = {}) => ({
		_id: "r1",
		id: "r1",
		app: "com.sec.android.app.shealth",
		start: "2025-01-11T06:00:00Z",
		end: "2025-01-11T06:45:00Z",
		data,
		...more,
	});
	t.match(read("exerciseSession", [record({ exerciseType: 56, title: "Morning" })]), [
		{ externalId: "r1", durationSeconds: 2700, activity: "run", note: "Running: Morning" },
	]);
	t.match(
		read("heartRate", [
			record({
				samples: [
					{ time: "2025-01-11T06:01:00Z", beatsPerMinute: 61 },
					{ time: "2025-01-11T06:02:00Z", beatsPerMinute: 62 },
				],
			}),
		]),
		[
			{ externalId: "r1/2025-01-11T06:01:00.000Z", perMinute: 61 },
			{ externalId: "r1/2025-01-11T06:02:00.000Z", perMinute: 62 },
		],
	);
	t.match(read("weight", [record({ weight: { inKilograms: 81.5, inPounds: 179.7 } })]), [{ kilograms: 81.5 }]);
	t.match(read("bodyTemperature", [record({ temperature: { inCelsius: 36.9 } })]), [{ celsius: 36.9 }]);
	t.match(read("oxygenSaturation", [record({ percentage: 97 })]), [{ percent: 97 }]);
	t.match(
		read("bloodPressure", [
			record({ systolic: { inMillimetersOfMercury: 121 }, diastolic: { inMillimetersOfMercury: 79 } }),
		]),
		[{ systolicMillimetresMercury: 121, diastolicMillimetresMercury: 79 }],
	);
	const stage = (from: string, to: string, stage: number) => ({
		startTime: `2025-11-02T${from}Z`,
		endTime: `2025-11-02T${to}Z`,
		stage,
	});
	const stages = [stage("03:00:00", "05:00:00", 4), stage("05:00:00", "05:10:00", 1), stage("05:10:00", "12:00:00", 5)];
	t.match(read("sleepSession", [record({ stages }, { start: "2025-11-02T03:00:00Z", end: "2025-11-02T12:00:00Z" })]), [
		{ date: "2025-11-02", asleepSeconds: 2 * 3600 + 6 * 3600 + 50 * 60, interruptions: 1 },
	]);
	t.same(
		read("weight", [record({ weight: 80 }, { app: "com.other.app" })]),
		[],
		"another app's record is not Samsung's",
	);
	t.throws(() => read("weight", { error: "no" }), /cannot be read/);
	t.throws(() => read("weight", [{ data: {} }]), /cannot be read/);
	t.same(
		bridgeSignIn.tokens({ status: 201, body: { token: "a", refresh: "b", expiry: "2025-01-11T06:00:00.123456" } }),
		{
			access: "a",
			refresh: "b",
			expiresAt: "2025-01-11T06:00:00.123Z",
		},
	);
});

const opened = ({ name, text }: { name: string; text: string }) => ({
	name,
	rows: () => csvRows(Readable.from([Buffer.from(text)]), name),
});
const bom = "\uFEFF";
const heart = "com.samsung.health.heart_rate";

t.test("an export as Samsung Health writes it", async (t) => {
	t.equal(exportType("x/com.samsung.shealth.tracker.heart_rate.20250111060000.csv"), "heart_rate");
	t.equal(exportType("com.samsung.health.sleep_stage.20250111060000.csv"), "sleep_stage");
	t.equal(exportType("com.samsung.shealth.sleep_combined.20250111060000.csv"), undefined);
	t.equal(exportType("com.samsung.shealth.exercise.recovery_heart_rate.20250111060000.csv"), undefined);
	t.equal(exportType("evil.csv"), undefined);
	const files = [
		{
			name: "samsunghealth_me_20250111060000/com.samsung.shealth.tracker.heart_rate.20250111060000.csv",
			text: `${bom}com.samsung.shealth.tracker.heart_rate,6320001,3
source,${heart}.start_time,${heart}.heart_rate,${heart}.time_offset,${heart}.update_time,${heart}.datauuid
,2025-01-11 06:00:00.000,61.0,UTC-0500,2025-01-11 06:10:00.000,u1,
,2025-01-11 06:01:00.000,64.0,UTC-0500,2025-01-11 06:20:00.000,u2,
,2025-01-11 06:00:00.000,62.0,UTC-0500,2025-01-11 07:00:00.000,u1,
,2025-01-11 06:02:00.000,0.0,UTC-0500,2025-01-11 06:20:00.000,u3,
`,
		},
		{
			name: "com.samsung.shealth.sleep.20250111060000.csv",
			text: `${bom}com.samsung.shealth.sleep,6320001,7
sleep_score,sleep_duration,com.samsung.health.sleep.start_time,com.samsung.health.sleep.end_time,com.samsung.health.sleep.time_offset,com.samsung.health.sleep.datauuid
81.0,,2025-01-11 03:00:00.000,2025-01-11 11:00:00.000,UTC-0500,n1,
60,420,2025-01-10 22:30:00.000,2025-01-11 06:30:00.000,7200000,n2,
,0.0,2025-01-12 20:00:00.000,2025-01-13 04:00:00.000,UTC+0900,n3,
`,
		},
		{
			name: "com.samsung.health.sleep_stage.20250111060000.csv",
			text: `com.samsung.health.sleep_stage,6320001,1
start_time,sleep_id,stage,end_time,time_offset,datauuid
2025-01-11 03:00:00.000,n1,40002,2025-01-11 06:00:00.000,UTC-0500,s1,
2025-01-11 06:00:00.000,n1,40001,2025-01-11 06:30:00.000,UTC-0500,s2,
2025-01-11 06:30:00.000,n1,40004,2025-01-11 11:00:00.000,UTC-0500,s3,
`,
		},
		{
			name: "com.samsung.shealth.exercise.20250111060000.csv",
			text: `com.samsung.shealth.exercise,6320001,17
total_calorie,title,com.samsung.health.exercise.start_time,com.samsung.health.exercise.end_time,com.samsung.health.exercise.time_offset,com.samsung.health.exercise.exercise_type,com.samsung.health.exercise.duration,com.samsung.health.exercise.distance,com.samsung.health.exercise.calorie,com.samsung.health.exercise.mean_heart_rate,com.samsung.health.exercise.max_heart_rate,com.samsung.health.exercise.datauuid
310.5,,2025-01-11 17:00:00.000,2025-01-11 17:40:00.000,UTC-0500,1001,2400000,3218.688,0.0,0.0,0.0,e1,
`,
		},
		{
			name: "com.samsung.health.weight.20250111060000.csv",
			text: "com.samsung.health.weight,1,1\nstart_time,weight,datauuid\n2025-01-11 12:00:00.000,80.5,w1,\n",
		},
	];
	const found = flat(await Array.fromAsync(readExport(files.map(opened), context)));
	t.match(
		found.filter(({ kind }) => kind === "heart-rate"),
		[
			{ externalId: "u1", perMinute: 61 },
			{ externalId: "u2" },
			{ externalId: "u1", perMinute: 62, at: "2025-01-11T06:00:00.000Z" },
		],
		"twice, as it is there; the store keeps the newer one",
	);
	t.match(
		found.filter(({ kind }) => kind === "sleep"),
		[
			{ externalId: "n1", date: "2025-01-11", asleepSeconds: 7.5 * 3600, interruptions: 1, quality: 5 },
			{ externalId: "n2", date: "2025-01-11", asleepSeconds: 7 * 3600, quality: 3 },
			{ externalId: "n3", date: "2025-01-13", asleepSeconds: 8 * 3600 },
		],
	);
	const [walk] = found.filter(({ kind }) => kind === "exercise");
	t.match(walk, { durationSeconds: 2400, distanceMetres: 3218.688, energyKilocalories: 310.5, activity: "walk" });
	t.notOk(walk !== undefined && "averageHeartRatePerMinute" in walk, "0.0 is missing");
	t.match(
		found.filter(({ kind }) => kind === "body-weight"),
		[{ kilograms: 80.5 }],
	);
});

t.test("simplified exports (samsung-health-mcp)", needsData, async (t) => {
	const found = flat(
		await Array.fromAsync(
			readExport([...dataFiles("wearables/samsung-health-export-simplified", ".csv")].map(opened), context),
		),
	);
	t.match(
		found.find(({ kind }) => kind === "exercise"),
		{ at: "2026-05-01T21:10:00.000Z", durationSeconds: 1920, activity: "run", energyKilocalories: 410 },
	);
	t.match(
		found.find(({ kind }) => kind === "sleep"),
		{ date: "2026-05-01", asleepSeconds: 7 * 3600 },
	);
	t.match(
		found.find(({ kind }) => kind === "oxygen-saturation"),
		{ percent: 98 },
	);
	t.match(
		found.find(({ kind }) => kind === "body-weight"),
		{ kilograms: 80 },
	);
	t.match(
		found.find(({ kind }) => kind === "heart-rate"),
		{ perMinute: 62 },
	);
});

t.test("push", async (t) => {
	const body = {
		timestamp: "2025-01-11T12:00:00Z",
		app_version: "1.0",
		steps: [{ count: 5 }],
		sleep: [{ session_end_time: "2025-01-11T11:00:00Z", duration_seconds: 28_800, stages: [] }],
		heart_rate: [{ bpm: 61, time: "2025-01-11T10:00:00Z" }],
		weight: [{ kilograms: 80, time: "2025-01-11T10:00:00Z" }],
		exercise: [
			{
				type: "79",
				start_time: "2025-01-10T17:00:00Z",
				end_time: "2025-01-10T17:30:00Z",
				duration_seconds: 1800,
				distance_meters: 2000,
			},
		],
		blood_pressure: [{ systolic: 120, diastolic: 80, time: "2025-01-11T10:00:00Z" }],
	};
	const found = flat(readPush(body, context));
	t.same(
		found.map(({ kind }) => kind),
		["exercise", "sleep", "heart-rate", "body-weight", "blood-pressure"],
	);
	t.match(found[1], { at: "2025-01-11T03:00:00.000Z", date: "2025-01-11", asleepSeconds: 28_800 });
	t.same(readPush({}, context), []);
	t.throws(() => readPush({ heart_rate: [{ bpm: 61 }] }, context), {
		message: "heart_rate[0].time is missing or cannot be read",
	});
	t.throws(() => readPush({ heart_rate: {} }, context), /must be a list/);
	t.throws(() => readPush([], context), /must be an object/);
});

t.test("nights when the clocks change, in three zones: real hours, on the day of waking there", async (t) => {
	for (const [timeZone, from, to, hours, date] of [
		["Europe/Helsinki", "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z", 7, "2026-03-29"],
		["Europe/Helsinki", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z", 9, "2026-10-25"],
		["America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T12:00:00Z", 10, "2026-11-01"],
		["America/New_York", "2026-03-08T03:30:00Z", "2026-03-08T04:30:00Z", 1, "2026-03-07"],
		["Australia/Sydney", "2026-10-03T13:00:00Z", "2026-10-03T20:00:00Z", 7, "2026-10-04"],
		["Australia/Sydney", "2026-04-04T12:00:00Z", "2026-04-04T21:00:00Z", 9, "2026-04-05"],
	] as const) {
		const context = { vendorUserId: "", timeZone };
		const night = { date, asleepSeconds: hours * 3600, endedAt: to.replace("Z", ".000Z") };
		const seconds = hours * 3600;
		const pushed = readPush({ sleep: [{ session_end_time: to, duration_seconds: seconds }] }, context);
		t.match(flat(pushed), [{ ...night, at: from.replace("Z", ".000Z") }], `${timeZone} ${date}, pushed`);
		const feed = bridgeFeeds.find(({ name }) => name === "sleepSession");
		const request = { method: "POST", path: "/" } as const;
		const record = { _id: "n", app: "com.sec.android.app.shealth", start: from, end: to, data: { stages: [] } };
		const bridged = feed?.read({ status: 200, body: [record] }, request, context).records ?? [];
		t.match(flat(bridged), [night], `${timeZone} ${date}, by a bridge`);
	}
});
