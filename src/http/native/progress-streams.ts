import type { Readable } from "node:stream";
import type { Caller } from "../../access/caller.ts";
import type { AccessLog } from "../../audit/access-log.ts";
import { type Progress, progressOf } from "../../devices/progress.ts";
import { Failure } from "../../fhir/failure.ts";
import { authChanged } from "../../store/auth-channel.ts";
import type { Database } from "../../store/database.ts";
import { syncChannel } from "../../store/devices/progress.ts";
import { eventStreams, eventText, type StreamTokens, type Telling } from "./event-streams.ts";

/** What streams of progress need. */
export interface ProgressServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly tokens: StreamTokens;
}

/** Streams of how syncs of one connection go, each for one signed-in person. */
export interface ProgressStreams {
	/**
	 * @param lastEventId - what was told last; undefined for nothing
	 * @returns undefined where that was the end, and nothing has begun since
	 * @throws Failure not-found; unavailable when the person or the server has enough of them
	 */
	open(
		token: string,
		caller: Caller,
		connectionId: number,
		lastEventId: string | undefined,
	): Promise<Readable | undefined>;
	/** Ends all; clients come back by themselves, here or to another server. */
	close(): void;
}

/** All streams of this server; what other servers' pulls do is heard of through the database. */
export function progressStreams({ database, accessLog, tokens }: ProgressServices): ProgressStreams {
	const streams = eventStreams(tokens);
	database.listen(syncChannel, (connectionId) => streams.wake(connectionId));
	database.listen(authChanged, () => streams.wake());

	/** What is told is the whole as it is, so that whoever was away for a while misses nothing that still matters. */
	function telling(caller: Caller, connectionId: number, lastEventId: string | undefined): Telling {
		let told = lastEventId;
		return {
			greeting: "",
			async next() {
				const now = await database.read(caller, (tx) => progressOf(tx, connectionId));
				if (now === undefined) return { texts: [], ended: true };
				const ended = !now.isRunning;
				if (now.digest === told && !ended) return { texts: [] };
				await record(caller, connectionId, now);
				told = now.digest;
				return { texts: [textOf(ended ? "end" : "progress", now)], ended };
			},
		};
	}

	/** What is told is recorded first, like every read. */
	async function record(caller: Caller, connectionId: number, { userId, syncs }: Progress): Promise<void> {
		await accessLog.record({
			caller,
			action: "read",
			target: `devices/${connectionId}/sync-progress`,
			returned: syncs.map(({ id }) => `device-sync-logs/${id}`),
			patients: [userId],
			outcome: "success",
		});
	}

	return {
		async open(token, caller, connectionId, lastEventId) {
			const now = await database.read(caller, (tx) => progressOf(tx, connectionId));
			if (now === undefined) throw new Failure("not-found", "There is no such row");
			if (!now.isRunning && now.digest === lastEventId) return undefined;
			return streams.open(token, caller, String(connectionId), async () => telling(caller, connectionId, lastEventId));
		},
		close: streams.close,
	};
}

function textOf(event: "progress" | "end", { digest, isBackfilled, syncs, complete }: Progress): string {
	return eventText(event, digest, { isBackfilled, syncs, complete });
}
