import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import pg from "pg";
import t from "tap";
import { noBrowser, overflow, screens, startBrowser, visit } from "../../../support/browser.ts";
import { pageBrowser, signedInBrowser } from "../../../support/page-browser.ts";
import { testPassword } from "../../../support/people.ts";
import { startTestServer } from "../../../support/server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { zip } from "../../../support/zip.ts";

const server = await startTestServer(t);
const api = await server.as("patient@test.example");
const patient = await signedInBrowser(server.base, "patient");
const added = async (settings: object): Promise<number> =>
	(
		await api.post("/api/devices", {
			deviceType: "samsung",
			deviceName: `Watch ${randomBytes(2).toString("hex")}`,
			settings,
		})
	).body.id;
const id = await added({ mode: "export" });
const page = `/devices/${id}/export`;

const csv = (bpm: number, day: string) => `com.samsung.shealth.tracker.heart_rate,6320001,3
com.samsung.health.heart_rate.start_time,com.samsung.health.heart_rate.heart_rate,com.samsung.health.heart_rate.time_offset,com.samsung.health.heart_rate.datauuid
2026-03-${day} 08:00:00.000,${bpm}.0,UTC+0200,uuid-${day},
`;
const name = "samsunghealth_x_20260310/com.samsung.shealth.tracker.heart_rate.20260310080000.csv";
const rates = async () =>
	(await api.get("/api/vitals?sort=recordedAt")).body.data.map((row: { heartRate: number }) => row.heartRate);

t.test("a ZIP and a CSV are sent, stored once, and their end is told", async (t) => {
	const form = await patient.get(page);
	t.equal(form.status, 200);
	t.match(form.text, new RegExp(`action="${page}" enctype="multipart/form-data"`));
	t.notMatch(form.text, /<script/);
	const archive = zip([
		[name, csv(61, "10")],
		["jsons/x.json", "{}"],
	]);
	const sent = await patient.upload(page, archive, "export.zip");
	t.equal(sent.status, 303, sent.text);
	t.match((await patient.get(sent.location)).text, /Done: 1 record was new or changed\./);
	const again = await patient.upload(page, archive, "export.zip");
	t.match((await patient.get(again.location)).text, /Done: 0 records were new or changed\./);
	const plain = "start_time,heart_rate,datauuid\n2026-03-13T08:00:00Z,64,uuid-13\n";
	const named = await patient.upload(page, plain, "com.samsung.shealth.tracker.heart_rate.20260313.csv");
	t.match((await patient.get(named.location)).text, /Done: 1 record/, "a CSV whose name says what it holds");
	t.same(await rates(), [61, 64]);
});

t.test("what is no good is told on the page, and nothing is stored", async (t) => {
	const before = await rates();
	for (const [what, file, fileName, status, words] of [
		["no ZIP", "hello", "notes.txt", 422, /neither a ZIP archive nor a CSV/],
		[
			"another layout",
			zip([["Takeout/fit.json", "{}"]]),
			"a.zip",
			422,
			/holds no file of Samsung Health that is kept here/,
		],
		["a damaged one", zip([[name, csv(70, "15")]]).subarray(0, 80), "a.zip", 422, /cannot be read/],
		["a path that leads out", zip([[`../../${name}`, csv(70, "15")]]), "a.zip", 422, /names that lead out/],
		["a bomb", zip([[name, "0".repeat(70 * 1024 * 1024)]]), "a.zip", 413, /unpacks to too much/],
		["nothing chosen", "", "", 400, /Choose a file first/],
		["an empty file", "", "a.zip", 422, /neither a ZIP archive nor a CSV/],
	] as const) {
		const answer = await patient.upload(page, Buffer.from(file as Buffer), fileName);
		t.equal(answer.status, status, `${what}: ${answer.text}`);
		t.match(answer.text, /<p class="bad" role="alert">/, what);
		t.match(answer.text, words, what);
		t.match(answer.text, /type="file"/, "and another may be sent");
	}
	t.same(await rates(), before);
});

t.test("too large a file is refused unread", async (t) => {
	const [answer = ""] = await told(`content-length: ${80 * 1024 * 1024}`);
	t.match(answer, /^HTTP\/1.1 413 /);
	t.match(answer, /The file is larger than 64 MB/);
	t.match(
		await told(`content-length: 10`, "0123456789"),
		[/HTTP\/1.1 400 [\s\S]*The form cannot be read/],
		"a form that is none",
	);
});

t.test("wrong connections, strangers and other sites", async (t) => {
	const file = zip([[name, csv(80, "16")]]);
	const phone = await added({ mode: "push" });
	for (const path of [`/devices/${phone}/export`]) {
		for (const answer of [await patient.get(path), await patient.upload(path, file, "a.zip")]) {
			t.equal(answer.status, 409);
			t.match(answer.text, /Only Samsung connections of mode export take exports/);
		}
	}
	for (const wrong of ["999999", "0", "-1", "x", "2147483648", "1e3"]) {
		t.equal((await patient.get(`/devices/${wrong}/export`)).status, 404, wrong);
		t.equal((await patient.upload(`/devices/${wrong}/export`, file, "a.zip")).status, 404, wrong);
	}
	const other = await signedInBrowser(server.base, "other");
	t.equal((await other.upload(page, file, "a.zip")).status, 404, "another person's");
	const stranger = pageBrowser(server.base);
	t.match((await stranger.get(page)).location, /^\/sign-in\?return=%2Fdevices%2F\d+%2Fexport$/);
	t.match((await stranger.upload(page, file, "a.zip")).location, /^\/sign-in/);
	t.equal((await patient.upload(page, file, "a.zip", { "sec-fetch-site": "cross-site" })).status, 403);
	t.equal((await patient.upload(page, file, "a.zip", { origin: "https://evil.example" })).status, 403);
	t.equal((await patient.post(page, { file: "x" })).status, 400, "a form without files");
	t.equal((await api.patch(`/api/devices/${id}`, { isActive: false })).status, 200);
	t.match((await patient.upload(page, file, "a.zip")).text, /switched off/);
	t.notMatch((await patient.get("/devices")).text, page);
	await api.patch(`/api/devices/${id}`, { isActive: true });
	t.notOk((await rates()).includes(80));
});

t.test("what takes long is seen on the list of devices, and its end, too", async (t) => {
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	await owner.query("begin");
	await owner.query("lock table vitals_samples in exclusive mode");
	const sent = await patient.upload(page, zip([[name, csv(66, "17")]]), "a.zip");
	t.match(sent, { status: 303, location: /^\/devices\?sync=\d+$/ });
	const during = await patient.get(sent.location);
	t.match(during.text, /Syncing now: 0 records so far/);
	t.equal(during.refresh, "5");
	await owner.query("commit");
	let after = await patient.get(sent.location);
	for (let tries = 0; tries < 200 && after.refresh !== null; tries++) {
		await new Promise((done) => setTimeout(done, 50));
		after = await patient.get(sent.location);
	}
	t.match(after.text, /Done: 1 record was new or changed/);
	await patient.upload(page, "hello", "a.zip");
	const [failed] = (await api.get(`/api/devices/${id}/sync-history?limit=1`)).body.data;
	t.match((await patient.get(`/devices?sync=${failed.id}`)).text, /role="alert">The export cannot be read/);
});

t.test("in a browser: by keyboard and mouse, on a phone and a desk", { skip: noBrowser }, async (t) => {
	const browser = await startBrowser(t);
	const folder = temporaryFolder(t);
	const file = join(folder, "export.zip");
	// Larger than one write to a socket.
	writeFileSync(
		file,
		zip([
			[name, csv(68, "19")],
			["jsons/x.bin", randomBytes(3 * 1024 * 1024).toString("hex")],
		]),
	);
	const large = join(folder, "large.zip");
	writeFileSync(large, Buffer.alloc(70 * 1024 * 1024));
	for (const screen of ["phone", "desktop"] as const) {
		const { page: tab, faults, strayed } = await visit(browser, server.base, screens[screen]);
		tab.setDefaultTimeout(8000);
		await tab.goto(`${server.base}/devices`);
		await tab.getByLabel("E-mail").fill("patient@test.example");
		await tab.getByLabel("Password").fill(testPassword);
		await tab.getByRole("button", { name: "Sign in" }).click();
		await tab.getByRole("link", { name: "Connect Samsung Health" }).click();
		await tab.getByLabel("Name of the device").nth(1).fill(`Watch on a ${screen}`);
		await tab.getByRole("button", { name: "Add exports" }).click();
		t.equal(await overflow(tab), 0);
		await tab.getByRole("link", { name: `Send an export to Watch on a ${screen}` }).click();
		t.equal(await overflow(tab), 0);
		if (process.env.SCREENSHOTS !== undefined)
			await tab.screenshot({ path: `${process.env.SCREENSHOTS}/export-${screen}.png`, fullPage: true });
		t.equal(await tab.getByRole("heading", { level: 1 }).textContent(), "Send an export of Samsung Health");
		await tab.getByLabel("Export").setInputFiles(large);
		await tab.getByRole("button", { name: "Send the export" }).click();
		await tab.getByRole("alert").waitFor();
		t.equal(await tab.getByRole("alert").textContent(), "The file is larger than 64 MB.");
		await tab.getByLabel("Export").setInputFiles(file);
		await tab.getByRole("button", { name: "Send the export" }).click();
		await tab.getByText("Done: 1 record was new or changed.").waitFor();
		t.match(tab.url(), /\/devices\?sync=\d+$/);
		t.equal(await overflow(tab), 0);
		if (process.env.SCREENSHOTS !== undefined)
			await tab.screenshot({ path: `${process.env.SCREENSHOTS}/devices-${screen}.png`, fullPage: true });
		t.same(
			faults.filter((fault) => !/status of 413/.test(fault)),
			[],
		);
		t.same(strayed, []);
		await tab.context().close();
	}
	t.equal((await rates()).filter((rate: number) => rate === 68).length, 2, "each device's own");
});

/** What the server answers to a form that says how long it is, without waiting for all of it. */
async function told(header: string, body = ""): Promise<string[]> {
	const cookies = await cookiesOf();
	const { hostname, port } = new URL(server.base);
	const socket = connect(Number(port), hostname);
	socket.write(
		`POST ${page} HTTP/1.1\r\nhost: x\r\ncookie: ${cookies}\r\ncontent-type: multipart/form-data; boundary=b\r\n${header}\r\nconnection: close\r\n\r\n${body}`,
	);
	let text = "";
	for await (const part of socket) {
		text += part;
		if (text.includes("</html>")) break;
	}
	return [text];
}

async function cookiesOf(): Promise<string> {
	const answer = await fetch(`${server.base}/sign-in`, {
		method: "POST",
		redirect: "manual",
		body: new URLSearchParams({ email: "patient@test.example", password: testPassword }),
	});
	return answer.headers
		.getSetCookie()
		.map((line) => line.split(";")[0])
		.join("; ");
}
