import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import Fastify from "fastify";
import t from "tap";
import { sendLong } from "../../../../src/http/plugins/long-answer.ts";

const text = `${"😀".repeat(70_000)}x${"😀ä€".repeat(50_000)}`;
const bytes = Buffer.alloc(200_000, "A");

t.test("arrives as it is, with its length; HEAD tells the length", async (t) => {
	const app = Fastify();
	t.teardown(() => app.close());
	app.get("/", (_request, reply) => sendLong(reply.type("text/plain; charset=utf-8"), [text, bytes, "", "end"]));
	await app.listen({ port: 0, host: "127.0.0.1" });
	const url = `http://127.0.0.1:${(app.server.address() as { port: number }).port}/`;
	const whole = `${text}${bytes}end`;
	const answer = await fetch(url);
	t.equal(answer.headers.get("content-length"), String(Buffer.byteLength(whole)));
	t.ok((await answer.text()) === whole);
	const head = await fetch(url, { method: "HEAD" });
	t.equal(head.headers.get("content-length"), String(Buffer.byteLength(whole)));
	t.equal(await head.text(), "");
});

t.test("a client that stops reading is cut, one that reads slowly is not, and what nobody takes waits", async (t) => {
	const app = Fastify();
	t.teardown(() => app.close());
	// More than all buffers on the way take.
	const much = Buffer.alloc(80_000_000, "A");
	const sent: number[] = [];
	app.get("/", (request, reply) => {
		const { socket } = request.raw;
		reply.raw.once("close", () => sent.push(socket.bytesWritten));
		return sendLong(reply, [much], 300);
	});
	await app.listen({ port: 0, host: "127.0.0.1" });
	const { port } = app.server.address() as { port: number };
	const ask = () => {
		const socket = connect(port, "127.0.0.1");
		socket.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
		return socket;
	};
	const stopped = ask();
	stopped.on("error", () => undefined);
	stopped.pause();
	for (let tries = 0; sent.length === 0 && tries < 1000; tries++) await sleep(10);
	t.equal(sent.length, 1);
	t.ok((sent[0] as number) < much.length / 2, `${sent[0]}: what was not taken was not handed on`);
	stopped.destroy();
	let received = 0;
	const slow = ask();
	for await (const chunk of slow) {
		received += (chunk as Buffer).length;
		if (received % 7 === 0) await sleep(20);
	}
	t.ok(received > much.length, `${received}`);
});
