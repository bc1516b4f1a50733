import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import Fastify from "fastify";
import t from "tap";
import { Failure } from "../../../../src/fhir/failure.ts";
import { registerBodies } from "../../../../src/http/plugins/bodies.ts";
import { registerErrors } from "../../../../src/http/plugins/errors.ts";
import { openRoom } from "../../../../src/http/plugins/room.ts";

t.test("a body that never ends is given up with 408, and how long that takes is limited by default", async (t) => {
	// Node looks for late requests every 30 s unless told otherwise.
	const app = Fastify({ http: { connectionsCheckingInterval: 50 } });
	t.teardown(() => app.close());
	registerBodies(app, openRoom(1024 * 1024));
	t.equal(app.server.requestTimeout, 300_000);
	// The lower of the two is the one for the headers, whichever it was given as.
	app.server.headersTimeout = 100;
	app.server.requestTimeout = 200;
	app.post("/", async () => "taken");
	await app.listen({ port: 0, host: "127.0.0.1" });
	const socket = connect((app.server.address() as { port: number }).port, "127.0.0.1");
	socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
	const drip = setInterval(() => socket.write(" "), 50);
	socket.on("error", () => undefined);
	const [answer] = await once(socket, "data");
	clearInterval(drip);
	socket.destroy();
	t.match(String(answer), /^HTTP\/1.1 408/);
});

t.test("what is wrong with a body is not told to the log, which would then quote it", async (t) => {
	const lines: string[] = [];
	const app = Fastify({ logger: { level: "trace", stream: { write: (line: string) => void lines.push(line) } } });
	t.teardown(() => app.close());
	registerBodies(app, openRoom(1024 * 1024));
	app.post("/", async () => "taken");
	const answer = await app.inject({
		method: "POST",
		url: "/",
		headers: { "content-type": "application/json" },
		payload: 'Zwqxk"',
	});
	t.not(answer.statusCode, 200);
	t.notMatch(lines.join(), "Zwqxk");
});

/** Sends a request's head and as much of its body as is given; the answer so far, when asked. */
function sending(port: number, headers: string, body: string | Buffer) {
	const socket = connect(port, "127.0.0.1");
	let text = "";
	socket.on("data", (data) => (text += String(data)));
	socket.on("error", () => undefined);
	socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n\r\n`);
	socket.write(body);
	return { socket, text: () => text };
}

/** Waits for something to become so. */
async function until(isSo: () => boolean): Promise<void> {
	for (const end = Date.now() + 20_000; !isSo(); await sleep(5)) if (Date.now() > end) throw new Error("not in time");
}

t.test("large bodies take their room before they are read, and wait for it; nobody who leaves keeps any", async (t) => {
	const app = Fastify();
	t.teardown(() => app.close());
	const room = openRoom(300_000, 20_000);
	registerBodies(app, room);
	const working: (() => void)[] = [];
	app.post("/", async (request) => {
		const release = request.holdBody();
		await new Promise<void>((resolve) => working.push(resolve));
		release();
		return { length: JSON.stringify(request.body).length };
	});
	await app.listen({ port: 0, host: "127.0.0.1" });
	const { port } = app.server.address() as { port: number };
	const body = JSON.stringify("x".repeat(199_998));
	const length = `content-length: ${body.length}`;
	const first = sending(port, length, body);
	await until(() => working.length === 1);
	t.same(room.load(), { taken: 200_000, waiting: 0 });
	const second = sending(port, length, body);
	await until(() => room.load().waiting === 1);
	// Not known to be large before it has come: it counts as large as a body may be.
	const third = sending(port, "transfer-encoding: chunked", `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
	await until(() => room.load().waiting === 2);
	const small = sending(port, "content-length: 2", "{}");
	await until(() => working.length === 2);
	working[1]?.();
	await until(() => small.text().includes("200 OK"));
	// Gone, but still worked on.
	first.socket.destroy();
	await sleep(50);
	t.same(room.load(), { taken: 200_000, waiting: 2 });
	working[0]?.();
	await until(() => working.length === 3);
	working[2]?.();
	await until(() => second.text().includes('{"length":200000}'));
	await until(() => working.length === 4);
	working[3]?.();
	await until(() => third.text().includes('{"length":200000}'));
	await until(() => room.load().taken === 0);
	const hasty = sending(port, length, body.slice(0, 70_000));
	await until(() => room.load().taken === 200_000);
	hasty.socket.destroy();
	await until(() => room.load().taken === 0);
	for (const one of [second, third, small]) one.socket.destroy();
});

const busy = "The server is busy with other large requests; send this one again";

t.test("who waits too long is told when to come again", async (t) => {
	const room = openRoom(10, 20);
	const release = await room.take(50);
	await t.rejects(room.take(1), new Failure("unavailable", busy, { retryAfterSeconds: 5 }));
	release();
	release();
	(await room.take(10))();
	t.same(room.load(), { taken: 0, waiting: 0 });
});

t.test("a body arrives as it was sent, however it is cut", async (t) => {
	const app = Fastify({ bodyLimit: 500_000 });
	t.teardown(() => app.close());
	registerErrors(app);
	registerBodies(app, openRoom(1000));
	app.post("/", async (request) => ({ got: request.body }));
	await app.listen({ port: 0, host: "127.0.0.1" });
	const base = `http://127.0.0.1:${(app.server.address() as { port: number }).port}/`;
	const headers = { "content-type": "application/json" };
	for (const text of ["", "ä€😀", "é".repeat(50_000), "€😀".repeat(30_000)]) {
		const bytes = Buffer.from(JSON.stringify(text));
		const whole = await fetch(base, { method: "POST", headers, body: bytes });
		t.same(await whole.json(), { got: text });
		async function* pieces() {
			for (let at = 0; at < bytes.length; at += 1 + (bytes.length >> 3)) {
				yield bytes.subarray(at, at + 1 + (bytes.length >> 3));
				await sleep(1);
			}
		}
		const init = { method: "POST", headers, body: ReadableStream.from(pieces()), duplex: "half" };
		t.same(await (await fetch(base, init as RequestInit)).json(), { got: text });
	}
	t.equal((await fetch(base, { method: "POST", headers, body: `"${"x".repeat(500_000)}"` })).status, 413);
	async function* endless() {
		for (;;) yield Buffer.alloc(60_000, 0x20);
	}
	const init = { method: "POST", headers, body: ReadableStream.from(endless()), duplex: "half" };
	const refused = await fetch(base, init as RequestInit).then(
		({ status }) => status,
		// The connection ends while it is still being sent.
		() => 413,
	);
	t.equal(refused, 413);
	t.equal((await fetch(base, { method: "POST", headers })).status, 200, "none at all");
});
