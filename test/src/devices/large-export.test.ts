import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import t from "tap";
import { exportAt, exportIn, exportOf, type OpenExport } from "../../../src/devices/export-files.ts";
import { httpClient } from "../../../src/devices/http-client.ts";
import { serveStandIn } from "../../../src/devices/sandbox/serve.ts";
import { readExport } from "../../../src/devices/vendors/samsung/export.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { zip } from "../../support/zip.ts";

// Exports are read row by row: what is held in memory does not grow with them.

const name = "com.samsung.shealth.tracker.heart_rate.20260310080000.csv";
const context = { vendorUserId: "", timeZone: "UTC" };
const rows = 8000;
const mebibyte = 1024 * 1024;
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A CSV of some 16 MiB; most of a real one is binned data nobody reads here. */
function csv(): Buffer {
	const head = "com.samsung.shealth.tracker.heart_rate,6320001,3\nstart_time,heart_rate,binning_data,datauuid\n";
	const lines = Array.from({ length: rows }, (_, at) => {
		const start = new Date(1_700_000_000_000 + at * 60_000).toISOString().replace("T", " ").replace("Z", "");
		return `${start},${60 + (at % 60)}.0,${randomBytes(1000).toString("hex")},u${at},\n`;
	});
	return Buffer.from(head + lines.join(""));
}

/** Reads all of an export; gives how many records there were, and by how much what is held in memory grew at most, MiB. */
async function readThrough({ files, close }: OpenExport): Promise<{ count: number; grown: number }> {
	const held = () => {
		collectGarbage();
		const { heapUsed, external } = process.memoryUsage();
		return (heapUsed + external) / mebibyte;
	};
	const before = held();
	let [count, most] = [0, 0];
	for await (const { measures } of readExport(files, context)) {
		count += measures.length;
		if (count % 1000 === 0) most = Math.max(most, held());
	}
	await close();
	return { count, grown: most - before };
}

const content = csv();
const archive = zip([[name, content.toString()]]);
t.ok(content.length > 15 * mebibyte);

for (const [what, body] of [
	["an archive", archive],
	["one CSV", content],
] as const) {
	t.test(`${what} in a folder, at an address, sent`, async (t) => {
		const root = temporaryFolder(t);
		mkdirSync(join(root, "paula"));
		writeFileSync(join(root, "paula", what === "an archive" ? "export.zip" : name), body);
		const served = await serveStandIn(async () => ({ status: 200, body }));
		t.teardown(served.close);
		const ask = httpClient({ privateNetworks: ["loopback"] });
		const url = new URL(`${served.base}/${what === "an archive" ? "export.zip" : name}`);
		for (const open of [() => exportIn(root, "paula"), () => exportAt(ask, url), () => exportOf(name, body)]) {
			const { count, grown } = await readThrough(await open());
			t.equal(count, rows);
			// The text alone would be 16, its cells as much again.
			t.ok(grown < 10, `${grown.toFixed(1)} MiB`);
		}
		const again = await exportAt(ask, url);
		await again.close();
		t.equal(again.digest, (await exportOf(name, body)).digest, "known again by its bytes");
	});
}

t.test("a download that is too large, and one that is cut", async (t) => {
	const served = await serveStandIn(async ({ url }) => ({
		status: 200,
		body: archive,
		...(url === "/cut" ? { headers: { "content-length": String(archive.length + 1) } } : {}),
	}));
	t.teardown(served.close);
	const small = httpClient({ privateNetworks: ["loopback"] });
	await t.rejects(
		exportAt((call) => small({ ...call, mostBytes: mebibyte }), new URL(`${served.base}/export.zip`)),
		/too large/,
	);
	await t.rejects(
		exportAt((call) => small({ ...call, timeoutMilliseconds: 3000 }), new URL(`${served.base}/cut`)),
		/cut|in time/,
	);
});

t.test("bombs: by what they announce, and by rows that never end", async (t) => {
	await t.rejects(exportOf("x.zip", zip([[name, "0".repeat(2 * mebibyte)]])), /unpacks to too much/);
	const endless = Buffer.concat([Buffer.from('start_time,heart_rate\n"'), Buffer.alloc(4 * mebibyte, "x")]);
	await t.rejects(readThrough(await exportOf(name, endless)), /is no CSV/);
	const stages = `start_time,stage,end_time,sleep_id\n${"2026-03-10 08:00:00.000,40002,2026-03-10 08:10:00.000,n1\n".repeat(11)}`;
	const { files } = await exportOf("com.samsung.health.sleep_stage.1.csv", Buffer.from(stages));
	await t.rejects(Array.fromAsync(readExport(files, context, 10)), /too many stages/);
	t.same(await Array.fromAsync(readExport(files, context)), []);
});
