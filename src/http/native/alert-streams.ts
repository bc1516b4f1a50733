import type { Readable } from "node:stream";
import type { Caller } from "../../access/caller.ts";
import { serverCaller } from "../../access/caller.ts";
import type { AccessLog } from "../../audit/access-log.ts";
import { Failure } from "../../fhir/failure.ts";
import { type FeedEvent, type FeedPlace, feedAfter, feedEnds } from "../../store/alerting/feed.ts";
import { authChanged } from "../../store/auth-channel.ts";
import type { Database } from "../../store/database.ts";
import { eventStreams, eventText, type StreamTokens, type Telling } from "./event-streams.ts";

/** What streams of alerts need. */
export interface StreamServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly tokens: StreamTokens;
}

/** Streams of alerts, each for one signed-in person. */
export interface AlertStreams {
	/**
	 * @param lastEventId - where to go on; from now on when left out
	 * @throws Failure unavailable when the person or the server has enough of them
	 */
	open(token: string, caller: Caller, lastEventId: string | undefined): Promise<Readable>;
	/** Ends all; clients come back by themselves, here or to another server. */
	close(): void;
}

/** How many events are read at once. */
const pageSize = 100;

/** All streams of this server; other servers' changes are heard of through the database. */
export function alertStreams({ database, accessLog, tokens }: StreamServices): AlertStreams {
	const streams = eventStreams(tokens);
	database.listen("alert_feed", () => streams.wake());
	// After those who remember whose tokens there are (auth/tokens.ts), as they asked first.
	database.listen(authChanged, () => streams.wake());

	async function begin(lastEventId: string | undefined): Promise<{ place: FeedPlace; isLost: boolean }> {
		const { end, first, next } = await database.read(serverCaller, feedEnds);
		if (lastEventId === undefined) return { place: end, isLost: false };
		const place = placeOf(lastEventId);
		// From before what is remembered, or from a database that is no more.
		const isLost = (first !== null && BigInt(place.xid) < BigInt(first)) || BigInt(place.xid) > BigInt(next);
		return isLost ? { place: end, isLost } : { place, isLost };
	}

	async function tellingFrom(caller: Caller, lastEventId: string | undefined): Promise<Telling> {
		const { place: from, isLost } = await begin(lastEventId);
		let place = from;
		return {
			greeting: eventText("ready", idOf(place), {}) + (isLost ? eventText("reset", idOf(place), {}) : ""),
			async next() {
				const { events, more } = await database.read(caller, (tx) => feedAfter(tx, place, pageSize));
				if (events.length > 0) await record(caller, events);
				place = events.at(-1)?.place ?? place;
				const texts = events.map(textOf);
				return more ? { texts, more: events.length < pageSize ? "soon" : "now" } : { texts };
			},
		};
	}

	/** What is told is recorded first, like every read. */
	async function record(caller: Caller, events: readonly FeedEvent[]): Promise<void> {
		const seen = events.filter(({ alert }) => alert !== undefined);
		await accessLog.record({
			caller,
			action: "read",
			target: "alerts/stream",
			returned: seen.map(({ alertId }) => `alerts/${alertId}`),
			patients: [...new Set(events.map(({ userId }) => userId))],
			outcome: "success",
		});
	}

	return {
		open: (token, caller, lastEventId) => streams.open(token, caller, "", () => tellingFrom(caller, lastEventId)),
		close: streams.close,
	};
}

function textOf({ place, what, alertId, userId, alert }: FeedEvent): string {
	const { version: _, ...shown } = alert ?? { id: alertId, userId };
	return eventText("alert", idOf(place), { what, alert: shown });
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
