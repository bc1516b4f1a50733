import t from "tap";
import { pageBrowser, signedInBrowser } from "../../../support/page-browser.ts";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);
const address = "/devices/samsung";
const api = await server.as("patient2@test.example");
const patient = await signedInBrowser(server.base, "patient2");
const devices = async () => (await api.get("/api/devices?sort=id")).body.data;

t.test("who is not signed in is sent to sign in; another site's form is refused", async (t) => {
	const stranger = pageBrowser(server.base);
	t.equal((await stranger.get(address)).location, "/sign-in?return=%2Fdevices%2Fsamsung");
	t.match((await stranger.post(address, { mode: "push" })).location, /^\/sign-in/);
	const cross = await patient.post(address, { mode: "push" }, { "sec-fetch-site": "cross-site" });
	t.equal(cross.status, 403);
	t.match(cross.text, /sent by another site.*Back to Samsung Health/s);
	t.equal((await patient.post(address, { mode: "push" }, { origin: "https://evil.example" })).status, 403);
	t.same(await devices(), []);
});

t.test("the page: three ways, no script, reached from the list", async (t) => {
	t.match((await patient.get("/devices")).text, /href="\/devices\/samsung"/);
	const { text, csp } = await patient.get(address);
	t.same(
		[...text.matchAll(/name="mode" value="(\w+)"/g)].map(([, mode]) => mode),
		["push", "export", "bridge"],
	);
	t.notMatch(text, /<script|name="folder"/, "no folder where the server has none for exports");
	t.match(csp, /^default-src 'none'/);
});

t.test("a phone: its secret is shown once, and works", async (t) => {
	const added = await patient.post(address, { mode: "push", deviceName: "My phone" });
	t.equal(added.status, 201);
	const [, path = "", secret = ""] =
		/(\/api\/devices\/\d+\/push)[\s\S]*X-Device-Secret: ([\w-]+)/.exec(added.text) ?? [];
	t.ok(secret.length >= 32);
	const rate = { heart_rate: [{ bpm: 61, time: "2026-03-01T10:00:00Z" }] };
	const pushed = await server.stranger.post(path, rate, { "x-device-secret": secret });
	t.match(pushed.body, { recordsSynced: 1 });
	const list = await patient.get("/devices");
	t.match(list.text, /My phone<\/strong> \(Samsung Health via push\)/);
	t.notMatch(list.text, secret);
});

t.test("one of two phones is disconnected: its secret is good for nothing, the other's is", async (t) => {
	const phones = [];
	for (const deviceName of ["Old phone", "New phone"]) {
		const { text } = await patient.post(address, { mode: "push", deviceName });
		const [, id = "", secret = ""] = /devices\/(\d+)\/push[\s\S]*X-Device-Secret: ([\w-]+)/.exec(text) ?? [];
		phones.push({ id, secret });
	}
	const [old, other] = phones as [(typeof phones)[0], (typeof phones)[0]];
	t.match((await patient.get("/devices")).text, 'aria-label="Disconnect Old phone"');
	t.equal((await patient.post("/devices/disconnect", { vendor: "samsung", device: old.id })).location, "/devices");
	t.match((await patient.get("/devices")).text, /Old phone<\/strong> \(Samsung Health via push\) – not connected/);
	const push = ({ id, secret }: typeof old) =>
		server.stranger.post(`/api/devices/${id}/push`, { weight: [] }, { "x-device-secret": secret });
	t.equal((await push(old)).status, 404);
	t.equal((await push(other)).status, 200);
});

t.test("exports: sent here, or at an address", async (t) => {
	t.equal((await patient.post(address, { mode: "export", deviceName: "", url: "" })).location, "/devices");
	const at = { mode: "export", deviceName: "Cloud", url: " https://exports.example/newest.zip " };
	t.equal((await patient.post(address, at)).location, "/devices");
	const [here, there] = (await devices()).slice(-2);
	t.match(here, { deviceType: "samsung", settings: { mode: "export" }, isActive: true });
	t.same(there.settings, { mode: "export", url: "https://exports.example/newest.zip" });
	const list = await patient.get("/devices");
	t.match(list.text, `/devices/${here.id}/export`);
	t.match(list.text, 'aria-label="Sync Cloud now"', "what is at an address is pulled");
	t.notMatch(list.text, 'aria-label="Sync Samsung Health now"');
});

t.test("a bridge: its password is sealed and never shown", async (t) => {
	const bridge = { mode: "bridge", url: "https://bridge.example", username: "paula", password: " secret word " };
	t.equal((await patient.post(address, bridge)).location, "/devices");
	const row = (await devices()).at(-1);
	t.same(row.settings, { mode: "bridge", url: "https://bridge.example", username: "paula" });
	t.notMatch((await patient.get("/devices")).text, /secret word/);
});

t.test("what is no good is told above its form, which keeps what was filled in; nothing is added", async (t) => {
	const before = (await devices()).length;
	for (const [form, words] of [
		[
			{ mode: "bridge", url: "ftp://x", username: "<b>", password: "pw" },
			/Address of the bridge must be an http or https address without a password/,
		],
		[
			{ mode: "bridge", url: "", username: "", password: "" },
			/Address of the bridge must be text; Name at the bridge must be text; Password at the bridge must be text/,
		],
		[{ mode: "export", url: "https://user:pw@x.example" }, /Address of the export must be an http or https address/],
		[{ mode: "export", folder: "../x" }, /Folder on this server must/],
		[
			{ mode: "export", folder: "a", url: "https://x.example" },
			/Address of the export or Folder on this server may be given/,
		],
		[{ mode: "push", deviceName: "x".repeat(300) }, /too long/],
		[{ mode: "push", deviceName: "a\0b" }, /cannot be stored/],
	] as const) {
		const { status, text } = await patient.post(address, form);
		t.equal(status, 400, JSON.stringify(form));
		t.match(text, /<p class="bad" role="alert">/);
		t.match(text, words);
	}
	const kept = await patient.post(address, { mode: "bridge", url: "ftp://x", username: "<b>", password: "pw-to-hide" });
	t.match(kept.text, /id="bridge-username" name="username" type="text" value="&lt;b&gt;"/);
	t.notMatch(kept.text, /pw-to-hide/);
	for (const mode of ["", "cloud", "__proto__"]) {
		const { status, text } = await patient.post(address, { mode });
		t.equal(status, 400);
		t.match(text, /Choose a way/);
	}
	t.equal((await devices()).length, before);
});
