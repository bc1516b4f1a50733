/**
 * Stand-ins for Strava and Polar in a process of their own, told what to be like by messages (vendor.ts). Each server has an address of its own
 * here (`/a/strava`, `/b/polar`), so that a trap knows whom to kill.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { polarSandbox } from "../../../src/devices/sandbox/polar.ts";
import { type StandInReply, type StandInRequest, sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import type { StravaActivity } from "../../../src/devices/sandbox/strava-activities.ts";
import type { Order, Trap } from "./vendor.ts";

const client = { clientId: "app", clientSecret: "app-secret" };
const clock = sandboxClock();
const limits = [1_000_000, 10_000_000] as const;
const strava = stravaSandbox({ ...client, clock, generated: false, limits });
const polar = polarSandbox({ ...client, clock: sandboxClock(), limits });
let pids: Readonly<Record<string, number>> = {};
let trap: Trap | undefined;
let seen = 0;
let forgives = false;
const refreshed = new Map<string, StandInReply>();

/** What a request is, as traps name it. */
function kindOf({ method, url }: StandInRequest): Trap["at"] | undefined {
	if (url.startsWith("/api/v3/athlete/activities")) return "list";
	if (url.startsWith("/api/v3/activities/")) return "detail";
	if (url.startsWith("/v3/") && method === "GET") return "polar";
	return undefined;
}

/** Strava, or a vendor that gives the same answer again to whoever lost the first one: the standard leaves it to them. */
async function answerOf(vendor: string, request: StandInRequest): Promise<StandInReply> {
	if (vendor === "polar") return polar.standIn(request);
	const refresh = new URLSearchParams(request.body).get("refresh_token");
	if (request.url !== "/oauth/token" || refresh === null) return strava.standIn(request);
	const before = refreshed.get(refresh);
	if (forgives && before !== undefined) return before;
	const reply = await strava.standIn(request);
	if (reply.status === 200) refreshed.set(refresh, reply);
	return reply;
}

function kill(server: string): void {
	const killed = trap?.both === true ? Object.keys(pids) : [server];
	for (const name of killed) {
		try {
			process.kill(pids[name] ?? 0, "SIGKILL");
		} catch {
			// Dead already.
		}
	}
	process.send?.({ killed });
}

/** Whether this request springs the trap. */
function springs(kind: Trap["at"] | undefined): boolean {
	if (trap === undefined || kind !== trap.at) return false;
	seen++;
	return seen === trap.nth;
}

async function handle(incoming: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
	const [, server = "", vendor = "", url = "/"] = /^\/(\w+)\/(\w+)(\/.*)$/.exec(incoming.url ?? "") ?? [];
	const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
	const request: StandInRequest = { method: incoming.method ?? "GET", url, headers, body };
	const isRefresh = url === "/oauth/token" && body.includes("grant_type=refresh_token");
	const sprung = springs(isRefresh ? "token" : kindOf(request));
	if (sprung && trap?.before === true) {
		kill(server);
		return;
	}
	const reply = await answerOf(vendor, request);
	const text = typeof reply.body === "string" || reply.body === undefined;
	response.writeHead(reply.status, { ...(text ? {} : { "content-type": "application/json" }), ...reply.headers });
	if (sprung) {
		const after = trap?.afterMilliseconds ?? 0;
		// Sent: the server has it, or will have.
		response.on("finish", () => void setTimeout(() => kill(server), after));
	}
	response.end(text ? reply.body : JSON.stringify(reply.body));
}

const server = createServer((incoming, response) => {
	const parts: Buffer[] = [];
	incoming.on("data", (part: Buffer) => parts.push(part));
	incoming.on("end", () => void handle(incoming, response, Buffer.concat(parts).toString("utf8")));
	incoming.on("error", () => undefined);
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on("message", (order: Order) => {
	if (order.pids !== undefined) pids = order.pids;
	if (order.trap !== undefined) [trap, seen] = [order.trap ?? undefined, 0];
	if (order.forgives !== undefined) forgives = order.forgives;
	if (order.advanceMilliseconds !== undefined) clock.advance(order.advanceMilliseconds);
	if (order.athlete !== undefined) {
		const mine = strava.activitiesOf(order.athlete.id);
		mine.clear();
		for (const one of order.athlete.activities as StravaActivity[]) mine.set(one.id, one);
	}
	process.send?.({ done: order.number });
});
process.on("disconnect", () => process.exit());
