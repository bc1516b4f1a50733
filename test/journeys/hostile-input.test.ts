import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { hostileGround } from "../proof/hostile/ground.ts";
import { hostileText, proveHostile } from "../proof/hostile/hostile.ts";
import { startTestServer } from "../support/server.ts";

// Whatever a client sends: an answer below 500 in time, no word of the inside, and nothing stored by what was refused.
// `npm run proof -- hostile --requests 100000 --seed 1` runs longer (test/proof/README.md).

const seed = Date.now() % 1_000_000;
const server = await startTestServer(t, { bodyLimit: 300_000 });
const { token } = await server.as("therapist@test.example");
const ground = await hostileGround(t, server, { memoryMb: () => process.memoryUsage().rss / 1024 / 1024 });
const { stored } = ground;

t.test(`hostile requests to every route, seed ${seed}`, async (t) => {
	const report = await proveHostile(ground, { requests: 800, seed, say: () => undefined });
	t.comment(hostileText(report));
	t.same([...report.wrong], []);
	const { statuses } = report;
	t.ok((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0) > 0, "some of it is taken");
	t.ok((statuses.get(400) ?? 0) > 0);
});

t.test("bodies that are too large, cut off, slow or not what they say", async (t) => {
	const path = "/fhir/Patient";
	const json = "application/fhir+json";
	const large = JSON.stringify({ resourceType: "Patient", name: [{ text: "x".repeat(400_000) }] });
	t.equal((await send({ method: "POST", path, headers: { "content-type": json }, body: large })).status, 413);
	t.equal(
		(await send({ method: "POST", path, headers: { "content-type": "application/fhir+xml" }, body: "<Patient/>" }))
			.status,
		415,
	);
	t.equal(
		(await send({ method: "POST", path, headers: { "content-type": `${json}; charset=utf-16` }, body: "{}" })).status,
		415,
	);
	t.equal(
		(await send({ method: "POST", path, headers: { "content-type": json, "content-encoding": "br" }, body: "{}" }))
			.status,
		415,
	);
	const before = await stored();
	await cutOff("POST /fhir/Patient", 5000, '{"resourceType":"Patient","active":');
	await cutOff("POST /fhir", 100, '{"resourceType":"Bundle","type":"transaction","entry":[');
	await cutOff("POST /api/vitals", 100, '{"heartRate":');
	t.equal(await stored(), before);
	t.equal((await send({ method: "GET", path: "/health/ready", headers: {} })).status, 200);
});

t.test("deep nesting ends in an answer", async (t) => {
	for (const depth of [150, 2000, 9000]) {
		const body = `{"resourceType":"Patient","extension":${'[{"extension":'.repeat(depth)}[]${"}]".repeat(depth)}}`;
		const { status } = await send({
			method: "POST",
			path: "/fhir/Patient",
			headers: { "content-type": "application/fhir+json" },
			body,
		});
		t.equal(status, 400, `${depth} levels`);
	}
});

interface Request {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
}

async function send({ method, path, headers, body }: Request): Promise<{ status: number; text: string }> {
	const response = await fetch(server.base + path, {
		method,
		headers: { authorization: `Bearer ${token}`, ...headers },
		redirect: "manual",
		signal: AbortSignal.timeout(10_000),
		...(body === undefined || method === "GET" || method === "HEAD" ? {} : { body }),
	});
	// A stream of events never ends by itself.
	if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
		await response.body?.cancel();
		return { status: response.status, text: "" };
	}
	return { status: response.status, text: await response.text() };
}

/** Announces a body, sends its beginning, and hangs up. */
async function cutOff(line: string, announced: number, beginning: string): Promise<void> {
	const { hostname, port } = new URL(server.base);
	const socket = connect(Number(port), hostname);
	socket.on("error", () => undefined);
	socket.write(
		`${line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${announced}\r\n\r\n${beginning}`,
	);
	await sleep(100);
	socket.destroy();
	await sleep(100);
}
