import { createHash } from "node:crypto";
import nodeSchedule from "node-schedule";

/** Ticks under way. */
export interface Ticks {
	stop(): void;
}

/**
 * Calls `due` at every moment of a cron expression in UTC, on every server; `id` names kind and moment, so that a queue which takes an id once
 * has one job for each moment, however many servers tick and however their clocks differ.
 *
 * @throws Error for an expression node-schedule does not understand
 */
export function everyTick(kind: string, schedule: string, due: (id: string) => void): Ticks {
	const job = nodeSchedule.scheduleJob({ rule: schedule, tz: "Etc/UTC" }, (moment) => due(tickId(kind, moment)));
	if (job === null) throw new Error(`${kind}: ${schedule} never comes`);
	return { stop: () => void job.cancel() };
}

/** A UUID (RFC 9562, version 8) for what falls due at a moment. */
export function tickId(kind: string, moment: Date): string {
	const hash = createHash("sha256").update(`${kind} ${moment.toISOString()}`).digest().subarray(0, 16);
	hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
	hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
	const hex = hash.toString("hex");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
