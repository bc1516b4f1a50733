/**
 * Stand-ins for Strava (`/strava`) and Polar (`/polar`) as a process of their own, below PORT. `POST /control` tells what to be like: `{"advance":
 * ms}`, `{"limits": [quarter, day]}`, `{"athletes": {"from", "count", "each", "days"}}`; `GET /control` how many requests there were.
 */
import { createServer } from "node:http";
import { polarSandbox } from "../../../src/devices/sandbox/polar.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import { type Athletes, addAthletes } from "./athletes.ts";

const client = { clientId: "app", clientSecret: "app-secret", adoptsTokens: true };
const clock = sandboxClock();
const plenty: [number, number] = [1_000_000, 100_000_000];
const limits: [number, number] = [...plenty];
const strava = stravaSandbox({ ...client, clock, limits, generated: false });
const polar = polarSandbox({ ...client, clock, limits: plenty });
let requests = 0;
let refused = 0;

interface Control {
	readonly advance?: number;
	readonly limits?: readonly [number, number];
	readonly athletes?: Athletes;
}

function control(order: Control): void {
	if (order.advance !== undefined) clock.advance(order.advance);
	if (order.limits !== undefined) limits.splice(0, 2, ...order.limits);
	if (order.athletes !== undefined) addAthletes(strava, order.athletes, clock.now());
}

createServer((incoming, response) => {
	const parts: Buffer[] = [];
	incoming.on("data", (part: Buffer) => parts.push(part));
	incoming.on("end", async () => {
		const [, vendor = "", url = "/"] = /^\/(\w+)(\/.*)?$/.exec(incoming.url ?? "") ?? [];
		const body = Buffer.concat(parts).toString("utf8");
		if (vendor === "control") {
			if (body !== "") control(JSON.parse(body));
			response.end(JSON.stringify({ requests, refused }));
			return;
		}
		requests++;
		const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
		const request = { method: incoming.method ?? "GET", url, headers, body };
		const reply = await (vendor === "polar" ? polar : strava).standIn(request);
		if (reply.status === 429) refused++;
		const text = typeof reply.body === "string" || reply.body === undefined;
		response.writeHead(reply.status, { ...(text ? {} : { "content-type": "application/json" }), ...reply.headers });
		response.end(text ? reply.body : JSON.stringify(reply.body));
	});
}).listen(Number(process.env.PORT), "127.0.0.1");
