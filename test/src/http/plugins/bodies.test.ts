import { once } from "node:events";
import { connect } from "node:net";
import Fastify from "fastify";
import t from "tap";
import { registerBodies } from "../../../../src/http/plugins/bodies.ts";

t.test("a body that never ends is given up with 408, and how long that takes is limited by default", async (t) => {
	// Node looks for late requests every 30 s unless told otherwise.
	const app = Fastify({ http: { connectionsCheckingInterval: 50 } });
	t.teardown(() => app.close());
	registerBodies(app);
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
	registerBodies(app);
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
