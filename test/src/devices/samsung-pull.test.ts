import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { serverCaller } from "../../../src/access/caller.ts";
import { saveSecrets } from "../../../src/devices/access.ts";
import { httpClient } from "../../../src/devices/http-client.ts";
import { replay } from "../../../src/devices/replay.ts";
import { bridgeSandbox } from "../../../src/devices/sandbox/bridge.ts";
import { serveStandIn } from "../../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { saveConnectionState } from "../../../src/store/devices/connections.ts";
import { insertRows } from "../../../src/store/rows.ts";
import { DeviceConnections } from "../../../src/tables/device-connections.ts";
import { deviceParts, peopledDatabase, pulled } from "../../support/devices.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { zip } from "../../support/zip.ts";

const { database, people, rows } = await peopledDatabase(t);
const clock = sandboxClock(() => Date.parse("2026-03-20T18:00:00Z"));
const parts = deviceParts(database, clock, {}, { exportFolder: temporaryFolder(t) });

async function connection(settings: object, password?: string): Promise<number> {
	return database.write(serverCaller, async (tx) => {
		const [row] = await insertRows(tx, DeviceConnections, [
			{ userId: people.patient, deviceType: "samsung", isActive: true, settings: JSON.stringify(settings) },
		]);
		await saveConnectionState(tx, row?.id as number, { state: "connected" });
		if (password !== undefined) await saveSecrets(parts, tx, row?.id as number, { password });
		return row?.id as number;
	});
}

t.test(
	"a bridge: signs in, refreshes after twelve hours, late records and deletions, other apps left alone",
	async (t) => {
		const bridge = bridgeSandbox({ username: "paula", password: "secret-word", clock });
		const served = await serveStandIn(bridge.standIn);
		t.teardown(served.close);
		const id = await connection({ mode: "bridge", url: served.base, username: "paula" }, "secret-word");
		const record = (key: string, start: string, data: object, app = "com.sec.android.app.shealth") => ({
			_id: key,
			id: key,
			app,
			start,
			end: null,
			data,
		});
		const rates = bridge.recordsOf("heartRate");
		rates.push(
			record("h1", "2026-03-20T08:00:00Z", {
				samples: [
					{ time: "2026-03-20T08:00:00Z", beatsPerMinute: 61 },
					{ time: "2026-03-20T08:01:00Z", beatsPerMinute: 62 },
				],
			}),
		);
		rates.push(
			record("h2", "2033-03-20T08:00:00Z", { samples: [{ time: "2033-03-20T08:00:00Z", beatsPerMinute: 61 }] }),
		);
		bridge
			.recordsOf("weight")
			.push(
				record("w1", "2026-03-19T08:00:00Z", { weight: { inKilograms: 80 } }),
				record("w2", "2026-03-19T09:00:00Z", { weight: { inKilograms: 81 } }, "other.app"),
			);
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 3 });
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 0 });
		clock.advance(13 * 3_600_000);
		rates.push(
			record("late", "2026-03-01T08:00:00Z", { samples: [{ time: "2026-03-01T08:00:00Z", beatsPerMinute: 70 }] }),
		);
		rates.splice(
			0,
			1,
			record("h1", "2026-03-20T08:00:00Z", { samples: [{ time: "2026-03-20T08:00:00Z", beatsPerMinute: 65 }] }),
		);
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 3 }, "one late, one changed, one gone");
		t.equal(bridge.counts.get("/api/v2/login"), 1);
		t.equal(bridge.counts.get("/api/v2/refresh"), 1);
		const found = await rows("select heart_rate from vitals_samples where heart_rate is not null order by recorded_at");
		t.same(
			found.map((row) => row.heart_rate),
			[70, 65],
		);

		const during = (key: string, minutes: number, data: object) => ({
			...record(key, "2026-03-20T09:00:00Z", data),
			end: `2026-03-20T09:${minutes}:00Z`,
		});
		bridge.recordsOf("exerciseSession").push(during("e1", 40, { exerciseType: 79 }));
		bridge.recordsOf("distance").push(during("d1", 20, { distance: { inMeters: 1609.344 } }));
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 1 });
		const workout = () => rows("select duration, distance, calories, version from exercise_logs");
		t.match(await workout(), [{ duration: 40, distance: 1, calories: null }], "how far stands in a record of its own");
		bridge.recordsOf("totalCaloriesBurned").push(during("c1", 40, { energy: { inKilocalories: 187.6 } }));
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 1 }, "what comes later is added");
		t.match(await workout(), [{ duration: 40, distance: 1, calories: 188, version: 2 }]);
		t.match(await pulled(parts, id), { status: "success", recordsSynced: 0 });
		const replayed = await replay(parts, id);
		t.match(replayed, { changed: 0 }, "and is kept with the payload");

		bridge.hangs = true;
		let hung = 0;
		const hurried = {
			...parts,
			ask: (call: Parameters<typeof parts.ask>[0]) => {
				hung += 1;
				return parts.ask({ ...call, timeoutMilliseconds: 100 });
			},
		};
		t.match(
			await pulled(hurried, id),
			{ status: "failed", errorMessage: /did not answer in time/ },
			"a bridge that hangs",
		);
		t.equal(hung, 2, "is not asked for every list: others wait for their turn");
		bridge.hangs = false;
		t.match(await pulled(parts, id), { status: "success" });
		const wrong = await connection({ mode: "bridge", url: served.base, username: "paula" }, "wrong");
		t.match(await pulled(parts, wrong), {
			status: "failed",
			errorMessage: "The bridge refuses name and password",
			nextAt: null,
		});
		const strict = { ...parts, ask: httpClient({ privateNetworks: [] }) };
		const inside = await connection({ mode: "bridge", url: served.base, username: "paula" }, "secret-word");
		t.match(await pulled(strict, inside), { status: "failed", errorMessage: /inside this network/ });
	},
);

const csv = (bpm: number, at = "2026-03-10 08:00:00.000") => `\uFEFFcom.samsung.shealth.tracker.heart_rate,6320001,3
com.samsung.health.heart_rate.start_time,com.samsung.health.heart_rate.heart_rate,com.samsung.health.heart_rate.time_offset,com.samsung.health.heart_rate.datauuid
${at},${bpm}.0,UTC+0200,${at},
`;
const name = "samsunghealth_x_20260310/com.samsung.shealth.tracker.heart_rate.20260310080000.csv";

t.test("an export at an address: once, again when it is another, refused when it is an attack", async (t) => {
	let body: Uint8Array = zip([[name, csv(61)]]);
	let location: string | undefined;
	const served = await serveStandIn(async () =>
		location === undefined ? { status: 200, body } : { status: 302, headers: { location } },
	);
	t.teardown(served.close);
	await rows("delete from vitals_samples");
	const id = await connection({ mode: "export", url: `${served.base}/export.zip` });
	t.match(await pulled(parts, id), { status: "success", errorMessage: null, recordsSynced: 1 });
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 0 });
	body = zip([
		[name, csv(62)],
		["jsons/x.json", "{}"],
	]);
	t.match(await pulled(parts, id), { status: "success", recordsSynced: 1 });
	t.match(await rows("select heart_rate from vitals_samples"), [{ heart_rate: 62 }]);
	for (const [what, attack] of [
		["a path that leads out", zip([[`../../${name}`, csv(70)]])],
		["an absolute path", zip([["/etc/com.samsung.health.weight.csv", csv(70)]])],
		["a bomb", zip([[name, "0".repeat(70 * 1024 * 1024)]])],
		["a bomb that lies about its size", zip([[name, "0".repeat(5 * 1024 * 1024)]], 100)],
		["a damaged one", zip([[name, csv(70)]]).subarray(0, 80)],
		["no export at all", Buffer.from("<html></html>")],
	] as const) {
		body = attack;
		t.match(
			await pulled(parts, id),
			{ status: "failed", recordsSynced: 0, errorMessage: /cannot be read|archive/ },
			what,
		);
	}
	t.match(await rows("select heart_rate from vitals_samples"), [{ heart_rate: 62 }]);
	location = "http://169.254.169.254/latest/meta-data";
	t.match(await pulled(parts, id), { status: "failed", errorMessage: /inside this network/ }, "a redirect inside");
});

t.test("an export in a folder; links and names that lead out are refused", async (t) => {
	const root = parts.exportFolder ?? "";
	mkdirSync(join(root, "paula"));
	writeFileSync(
		join(root, "paula", "com.samsung.shealth.tracker.heart_rate.20260310080000.csv"),
		csv(63, "2026-03-11 08:00:00.000"),
	);
	writeFileSync(join(root, "paula", "one.zip"), zip([[name, csv(64, "2026-03-12 08:00:00.000")]]));
	await rows("delete from vitals_samples");
	t.match(await pulled(parts, await connection({ mode: "export", folder: "paula" })), {
		status: "success",
		recordsSynced: 2,
	});
	const outside = temporaryFolder(t);
	writeFileSync(join(outside, "com.samsung.shealth.tracker.heart_rate.1.csv"), csv(99));
	symlinkSync(outside, join(root, "link"));
	for (const folder of ["../x", "link", ".", "/etc"]) {
		t.match(
			await pulled(parts, await connection({ mode: "export", folder })),
			{ status: "failed", errorMessage: /not below/ },
			folder,
		);
	}
	t.match(await pulled(parts, await connection({ mode: "export", folder: "not-there-yet" })), {
		status: "success",
		recordsSynced: 0,
	});
});
