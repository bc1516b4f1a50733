import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { StandIn } from "./stand-in.ts";

/** A stand-in as a server of its own, on a free port of loopback. */
export async function serveStandIn(standIn: StandIn): Promise<{ base: string; close(): Promise<void> }> {
	const server = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on("data", (part: Buffer) => parts.push(part));
		request.on("end", async () => {
			const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
			const body = Buffer.concat(parts).toString("utf8");
			try {
				const reply = await standIn({ method: request.method ?? "GET", url: request.url ?? "/", headers, body });
				const isText = typeof reply.body === "string" || reply.body === undefined || reply.body instanceof Uint8Array;
				response.writeHead(reply.status, {
					...(isText ? {} : { "content-type": "application/json" }),
					...reply.headers,
				});
				response.end(isText ? reply.body : JSON.stringify(reply.body));
			} catch {
				// What a test wants to be cut.
				request.socket.destroy();
			}
		});
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	return {
		base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((done) => {
				server.closeAllConnections();
				server.close(() => done());
			}),
	};
}
