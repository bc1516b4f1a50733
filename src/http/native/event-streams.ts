import { PassThrough, type Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";

/** Who a token stands for at this moment. */
export interface StreamTokens {
	callerOf(token: string): Promise<Caller | undefined>;
}

/** What one stream tells. */
export interface Telling {
	/** What is told at once, as event texts. */
	readonly greeting: string;
	/**
	 * What is new since it was asked last, recorded as read before it is given. `more`: look again at once, or soon where nothing was given;
	 * `ended`: this was the last.
	 */
	next(): Promise<{ readonly texts: readonly string[]; readonly more?: "now" | "soon"; readonly ended?: boolean }>;
}

/** Streams of server-sent events (HTML, section 9.2) of one kind, each for one signed-in person. */
export interface EventStreams {
	/**
	 * Ends with the token, when nothing more is to be told, or when the server stops.
	 *
	 * @param topic - what `wake` names
	 * @param begin - called once a place is reserved
	 * @throws Failure unavailable when the person or the server has enough of them
	 */
	open(token: string, caller: Caller, topic: string, begin: () => Promise<Telling>): Promise<Readable>;
	/** There may be something new: on one topic, or anywhere. */
	wake(topic?: string): void;
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

interface Stream {
	readonly userId: number;
	readonly topic: string;
	/** There may be something new, or the token may have ended. */
	wake(): void;
	end(): void;
}

/** No streams yet. */
export function eventStreams(tokens: StreamTokens): EventStreams {
	const streams = new Set<Stream>();
	let closed = false;

	function run(token: string, caller: Caller, topic: string, telling: Telling, out: PassThrough): void {
		let pumping = false;
		let again = false;
		const heartbeat = setInterval(() => {
			send(out, ": still here\n\n");
			stream.wake();
		}, heartbeatMilliseconds);
		const stream: Stream = {
			userId: caller.userId,
			topic,
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
					const { texts, more, ended = false } = await telling.next();
					for (const text of texts) send(out, text);
					if (ended || out.readableLength > mostWaiting) return stream.end();
					if (more === undefined) continue;
					again = true;
					if (more === "soon") await sleep(againMilliseconds, undefined, { ref: false });
				}
			} catch {
				// The database is away, or what it is about: the client comes back with its place, and is told.
				stream.end();
			} finally {
				pumping = false;
			}
		}
	}

	return {
		async open(token, caller, topic, begin) {
			const own = [...streams].filter(({ userId }) => userId === caller.userId).length;
			if (closed || streams.size >= most || own >= mostPerPerson) {
				const message =
					own >= mostPerPerson ? `at most ${mostPerPerson} streams for each person` : "too many streams here";
				throw new Failure("unavailable", message, { retryAfterSeconds: 30 });
			}
			const out = new PassThrough();
			// Counted before anything is waited for.
			const reserved: Stream = { userId: caller.userId, topic, wake: () => undefined, end: () => out.end() };
			streams.add(reserved);
			try {
				const telling = await begin();
				send(out, `retry: 3000\n\n${telling.greeting}`);
				if (!out.writableEnded) run(token, caller, topic, telling, out);
				return out;
			} finally {
				streams.delete(reserved);
			}
		},
		wake(topic) {
			for (const stream of streams) if (topic === undefined || stream.topic === topic) stream.wake();
		},
		close() {
			closed = true;
			for (const stream of streams) stream.end();
		},
	};
}

/** One event as text. `id`: where to go on. */
export function eventText(event: string, id: string, data: object): string {
	return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Headers of a stream; proxies that gather what is sent would keep it back. */
export const streamHeaders = {
	"content-type": "text/event-stream; charset=utf-8",
	"cache-control": "no-store",
	"x-accel-buffering": "no",
} as const;

function send(out: PassThrough, text: string): void {
	if (!out.writableEnded && !out.destroyed) out.write(text);
}
