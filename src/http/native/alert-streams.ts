import { PassThrough, type Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "../../access/caller.ts";
import { serverCaller } from "../../access/caller.ts";
import type { AccessLog } from "../../audit/access-log.ts";
import { Failure } from "../../fhir/failure.ts";
import { type FeedEvent, type FeedPlace, feedAfter, feedEnds } from "../../store/alerting/feed.ts";
import { authChanged } from "../../store/auth-channel.ts";
import type { Database } from "../../store/database.ts";

/** What streams of alerts need. */
export interface StreamServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly tokens: { callerOf(token: string): Promise<Caller | undefined> };
}

/** Streams of server-sent events (HTML, section 9.2), each for one signed-in person. */
export interface AlertStreams {
	/**
	 * @param lastEventId - where to go on; from now on when left out
	 * @throws Failure unavailable when the person or the server has enough of them
	 */
	open(token: string, caller: Caller, lastEventId: string | undefined): Promise<Readable>;
	/** Ends all; clients come back by themselves, here or to another server. */
	close(): void;
}

const mostPerPerson = 6;
const most = 2000;

/** So that proxies and clients know that nobody has gone. */
const heartbeatMilliseconds = 15_000;

/** How soon to look again for what was not complete. */
const againMilliseconds = 200;

/** Bytes that may wait for a slow client before it is sent away. */
const mostWaiting = 1024 * 1024;

/** How many events are read at once. */
const pageSize = 100;

interface Stream {
	readonly userId: number;
	/** There may be something new, or the token may have ended. */
	wake(): void;
	end(): void;
}

/** All streams of this server; other servers' changes are heard of through the database. */
export function alertStreams({ database, accessLog, tokens }: StreamServices): AlertStreams {
	const streams = new Set<Stream>();
	const wakeAll = () => {
		for (const stream of streams) stream.wake();
	};
	database.listen("alert_feed", wakeAll);
	// After those who remember whose tokens there are (auth/tokens.ts), as they asked first.
	database.listen(authChanged, wakeAll);
	let closed = false;

	async function begin(lastEventId: string | undefined): Promise<{ place: FeedPlace; isLost: boolean }> {
		const { end, first, next } = await database.read(serverCaller, feedEnds);
		if (lastEventId === undefined) return { place: end, isLost: false };
		const place = placeOf(lastEventId);
		// From before what is remembered, or from a database that is no more.
		const isLost = (first !== null && BigInt(place.xid) < BigInt(first)) || BigInt(place.xid) > BigInt(next);
		return isLost ? { place: end, isLost } : { place, isLost };
	}

	function run(token: string, caller: Caller, from: FeedPlace, out: PassThrough): void {
		let place = from;
		let pumping = false;
		let again = false;
		const heartbeat = setInterval(() => {
			send(out, ": still here\n\n");
			stream.wake();
		}, heartbeatMilliseconds);
		const stream: Stream = {
			userId: caller.userId,
			wake() {
				again = true;
				if (!pumping) void pump();
			},
			end() {
				clearInterval(heartbeat);
				streams.delete(stream);
				if (!out.writableEnded) out.end();
			},
		};
		streams.add(stream);
		out.once("close", () => stream.end());
		stream.wake();

		async function pump(): Promise<void> {
			pumping = true;
			try {
				while (again && streams.has(stream)) {
					again = false;
					const now = await tokens.callerOf(token);
					if (now === undefined || now.role !== caller.role || now.userId !== caller.userId) return stream.end();
					const { events, more } = await database.read(caller, (tx) => feedAfter(tx, place, pageSize));
					if (events.length > 0) await tell(events);
					if (!more) continue;
					again = true;
					if (events.length < pageSize) await sleep(againMilliseconds, undefined, { ref: false });
				}
			} catch {
				// The database is away: the client comes back with its place.
				stream.end();
			} finally {
				pumping = false;
			}
		}

		/** What is told is recorded first, like every read. */
		async function tell(events: readonly FeedEvent[]): Promise<void> {
			const seen = events.filter(({ alert }) => alert !== undefined);
			await accessLog.record({
				caller,
				action: "read",
				target: "alerts/stream",
				returned: seen.map(({ alertId }) => `alerts/${alertId}`),
				patients: [...new Set(events.map(({ userId }) => userId))],
				outcome: "success",
			});
			for (const event of events) send(out, textOf(event));
			place = events.at(-1)?.place ?? place;
			if (out.readableLength > mostWaiting) stream.end();
		}
	}

	return {
		async open(token, caller, lastEventId) {
			const own = [...streams].filter(({ userId }) => userId === caller.userId).length;
			if (closed || streams.size >= most || own >= mostPerPerson) {
				const message =
					own >= mostPerPerson ? `at most ${mostPerPerson} streams for each person` : "too many streams here";
				throw new Failure("unavailable", message, { retryAfterSeconds: 30 });
			}
			const out = new PassThrough();
			// Counted before anything is waited for.
			const reserved: Stream = { userId: caller.userId, wake: () => undefined, end: () => out.end() };
			streams.add(reserved);
			try {
				const { place, isLost } = await begin(lastEventId);
				send(out, `retry: 3000\n\n${eventText("ready", idOf(place), {})}`);
				if (isLost) send(out, eventText("reset", idOf(place), {}));
				if (!out.writableEnded) run(token, caller, place, out);
				return out;
			} finally {
				streams.delete(reserved);
			}
		},
		close() {
			closed = true;
			for (const stream of streams) stream.end();
		},
	};
}

function send(out: PassThrough, text: string): void {
	if (!out.writableEnded && !out.destroyed) out.write(text);
}

function textOf({ place, what, alertId, userId, alert }: FeedEvent): string {
	const { version: _, ...shown } = alert ?? { id: alertId, userId };
	return eventText("alert", idOf(place), { what, alert: shown });
}

function eventText(event: string, id: string, data: object): string {
	return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

function idOf({ xid, id }: FeedPlace): string {
	return `${xid}-${id}`;
}

/** @throws Failure invalid for what no stream has given */
function placeOf(lastEventId: string): FeedPlace {
	const [, xid, id] = /^(\d{1,19})-(\d{1,18})$/.exec(lastEventId) ?? [];
	if (xid === undefined || id === undefined)
		throw new Failure("invalid", "Last-Event-ID is none that a stream gave", { expression: "Last-Event-ID" });
	return { xid, id };
}
