import t from "tap";
import { sandboxClock } from "../../../../src/devices/sandbox/stand-in.ts";
import { type Session, startTestServer } from "../../../support/server.ts";
import { zip } from "../../../support/zip.ts";

const clock = sandboxClock(() => Date.parse("2026-03-20T18:00:00Z"));
const server = await startTestServer(t, { devices: { now: clock.now } });
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");

const csv = (bpm: number, day = "10") => `\uFEFFcom.samsung.shealth.tracker.heart_rate,6320001,3
com.samsung.health.heart_rate.start_time,com.samsung.health.heart_rate.heart_rate,com.samsung.health.heart_rate.time_offset,com.samsung.health.heart_rate.datauuid
2026-03-${day} 08:00:00.000,${bpm}.0,UTC+0200,uuid-${day},
`;
const name = "samsunghealth_x_20260310/com.samsung.shealth.tracker.heart_rate.20260310080000.csv";

const made = await patient.post("/api/devices", { deviceType: "samsung", settings: { mode: "export" } });
const id: number = made.body?.id;
const url = `/api/devices/${id}/export`;

async function send(
	session: Pick<Session, "token">,
	body: Buffer | string,
	type = "application/zip",
	address = url,
): Promise<{
	status: number;
	body: { status: string; recordsSynced: number; errorMessage: string | null; detail: string };
}> {
	const answer = await fetch(server.base + address, {
		method: "POST",
		headers: { "content-type": type, ...(session.token === "" ? {} : { authorization: `Bearer ${session.token}` }) },
		body: body as never,
	});
	const text = await answer.text();
	return { status: answer.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}
const lastLog = async () => (await patient.get(`/api/devices/${id}/sync-history?limit=1`)).body.data[0];
const rates = async () =>
	(await patient.get("/api/vitals?sort=recordedAt")).body.data.map((row: { heartRate: number }) => row.heartRate);

t.test("an archive, sent once and again, and one with more: each record once", async (t) => {
	t.equal(made.status, 201, made.text);
	const archive = zip([
		[name, csv(61)],
		["jsons/x.json", "{}"],
	]);
	const first = await send(patient, archive);
	t.match(first, { status: 200, body: { status: "success", recordsSynced: 1, errorMessage: null } });
	t.match(await send(patient, archive, "application/octet-stream"), { status: 200, body: { recordsSynced: 0 } });
	const more = zip([
		[name, csv(61)],
		[name.replace("20260310", "20260311"), csv(62, "11")],
	]);
	t.match(await send(therapist, more), { status: 200, body: { recordsSynced: 1 } }, "their therapist may, too");
	t.same(await rates(), [61, 62]);
	const found = await patient.get("/fhir/Observation?identifier=uuid-11");
	t.match(found.body.entry, [{ resource: { device: { reference: `Device/dev-${id}` } } }]);
});

t.test("a CSV by itself says what it holds in its first line, or by its name", async (t) => {
	t.match(await send(patient, csv(63, "12"), "text/csv; charset=utf-8"), { status: 200, body: { recordsSynced: 1 } });
	const plain = "start_time,heart_rate,datauuid\n2026-03-13T08:00:00Z,64,uuid-13\n";
	t.match(await send(patient, plain, "text/csv"), { status: 422 });
	const named = `${url}?name=com.samsung.shealth.tracker.heart_rate.20260313.csv`;
	t.match(await send(patient, plain, "text/csv", named), { status: 200, body: { recordsSynced: 1 } });
	t.same(await rates(), [61, 62, 63, 64]);
});

t.test("rows that cannot be read are named, and the others stored", async (t) => {
	const local = csv(65, "14").replace(/$/, "14.03.2026 08:00,66.0,UTC+0200,uuid-local,\n,,,,\n");
	t.match(await send(patient, zip([[name, local]])), {
		status: 200,
		body: { recordsSynced: 1, errorMessage: "left out: heart_rate: a row without a start_time that can be read" },
	});
	t.same(await rates(), [61, 62, 63, 64, 65]);
});

t.test("what is no export, or an attack, is told by name, logged, and leaves nothing behind", async (t) => {
	const before = await rates();
	for (const [what, body, status, message] of [
		["a path that leads out", zip([[`../../${name}`, csv(70)]]), 422, /names that lead out/],
		["an absolute path", zip([["/etc/com.samsung.health.weight.csv", csv(70)]]), 422, /names that lead out/],
		["a bomb", zip([[name, "0".repeat(70 * 1024 * 1024)]]), 413, /unpacks to too much/],
		["one that lies about its size", zip([[name, "0".repeat(5 * 1024 * 1024)]], 100), 422, /damaged/],
		["a damaged one", zip([[name, csv(70)]]).subarray(0, 80), 422, /damaged/],
		["one without anything of ours", zip([["readme.txt", "hello"]]), 422, /holds no file of Samsung Health/],
		["a page", "<html></html>", 422, /neither a ZIP archive nor a CSV/],
		["nothing", "", 422, /neither a ZIP archive nor a CSV/],
		["CSV that is none", zip([[name, '"a\n"b"c","\n'.repeat(3)]]), 422, /heart_rate.*is no CSV/],
	] as const) {
		const answer = await send(patient, Buffer.from(body as Buffer));
		t.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body)}`);
		t.match(answer.body.detail, message, what);
		t.match(await lastLog(), { status: "failed", recordsSynced: 0, errorMessage: message }, `${what}: logged`);
	}
	t.same(await rates(), before);
	t.match(
		(await patient.get(`/api/devices/${id}/health`)).body,
		{ state: "connected", failures: 0 },
		"the connection is well",
	);
});

t.test("whose, where and how", async (t) => {
	const body = zip([[name, csv(80, "15")]]);
	t.equal((await send({ token: "" }, body)).status, 401);
	t.equal((await send(await server.as("other@test.example"), body)).status, 404);
	t.equal((await send(await server.as("therapist2@test.example"), body)).status, 404);
	t.equal((await send(patient, "{}", "application/json")).status, 415);
	t.equal((await send(patient, body, "image/png")).status, 415);
	t.equal((await send(patient, body, "application/zip", "/api/devices/999999/export")).status, 404);
	t.equal((await patient.get(url)).status, 405);
	const large = await send(patient, Buffer.alloc(64 * 1024 * 1024 + 1)).catch((error: Error) => error);
	// Fetch may fail to hear the answer while it is still sending.
	if (!(large instanceof Error)) t.equal(large.status, 413);
	const push = await patient.post("/api/devices", { deviceType: "samsung", settings: { mode: "push" } });
	t.equal((await send(patient, body, "application/zip", `/api/devices/${push.body.id}/export`)).status, 409);
	t.equal((await patient.post(`/api/devices/${id}/sync`)).status, 409, "there is nothing to pull from");
	const both = { mode: "export", url: "https://a.example/x", folder: "x" };
	t.equal((await patient.post("/api/devices", { deviceType: "samsung", settings: both })).status, 400);
	t.notOk((await rates()).includes(80));
});

t.test("ten at once of the same: stored once, the others told to come again or that it is known", async (t) => {
	const body = zip([[name, csv(90, "16")]]);
	const answers = await Promise.all(Array.from({ length: 10 }, () => send(patient, body)));
	t.ok(
		answers.every(({ status }) => status === 200 || status === 503),
		JSON.stringify(answers),
	);
	t.ok(answers.some(({ status }) => status === 200));
	t.equal((await rates()).filter((rate: number) => rate === 90).length, 1);
	const pending = (await patient.get(`/api/devices/${id}/sync-history?limit=100`)).body.data;
	t.same(
		pending.filter(({ status }: { status: string }) => status === "pending"),
		[],
		"no log is left open",
	);
});
