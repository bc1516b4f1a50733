import { hash } from "node:crypto";
import type { Transaction } from "../store/database.ts";
import {
	knownRecords,
	lockExercises,
	type RecordRow,
	type RecordToSave,
	saveRecords,
} from "../store/devices/records.ts";
import type { Measure } from "./measures.ts";
import { type DeviceParts, placeOfPayload } from "./parts.ts";
import { type Detail, planRecords, type Told } from "./plan-records.ts";
import { rowOf } from "./rows-of-measures.ts";
import { sayWhatWasWritten } from "./say-what-was-written.ts";
import type { Source } from "./source.ts";
import type { Upstream } from "./vendor.ts";
import { writeRows } from "./write-measured-rows.ts";

/** What became of some records. */
export interface Stored {
	/** Rows that are new, changed or deleted here. */
	readonly changed: number;
	/** What was left out and why, each once. */
	readonly leftOut: readonly string[];
}

/** Vendors' ids are some dozen characters; an index has no place for very long ones. */
const longestId = 500;

/** A vendor's clock may be a day ahead (local times); what lies further in the future is a mistake of the device. */
const futureMilliseconds = 86_400_000;

/**
 * Makes rows of what a vendor told, within the transaction of the person it is about: each upstream record exactly once. What is known and
 * unchanged is left alone; of what changed only the columns that changed upstream are written, so that a person's own edits stay; what a
 * person deleted stays deleted; older news than what is here is ignored.
 */
export async function storeMeasures(
	tx: Transaction,
	parts: Pick<DeviceParts, "now" | "sealer" | "keepPayloadsDays" | "note">,
	source: Source,
	records: readonly Upstream[],
	detail: Detail,
): Promise<Stored> {
	const leftOut = new Set<string>();
	const told = usable(records, parts.now(), leftOut);
	const measures = [...told.values()].map(({ measure }) => measure);
	const known = new Map<string, RecordRow>();
	await tx.asSystem(async () => {
		if (measures.some(({ kind }) => kind === "exercise")) await lockExercises(tx, source.userId);
		for (const row of await knownRecords(tx, source.connectionId, measures)) known.set(keyOf(row), row);
	});
	const news = [...told.entries()].flatMap(([key, one]): [string, Told][] => {
		const before = known.get(key);
		if (!isNews(one, before, detail)) return [];
		// What a list does not tell is not gone.
		if (detail === "whole" || before === undefined) return [[key, one]];
		return [[key, { ...one, measure: { ...(JSON.parse(before.measure) as Measure), ...one.measure } as Measure }]];
	});
	if (news.length === 0) return { changed: 0, leftOut: [...leftOut] };

	const plan = await planRecords(tx, source, news, known, detail);
	const written = await writeRows(tx, source, plan);
	const saved = plan.map((one): RecordToSave => one.record);
	const days = parts.keepPayloadsDays;
	const keepUntil = new Date(parts.now() + days * 86_400_000).toISOString();
	const raws = days > 0 ? [...new Set(news.map(([, { upstream }]) => upstream))] : [];
	const place = placeOfPayload(source.connectionId, source.feed);
	const payloads = raws.map(({ raw }) => ({
		feed: source.feed,
		sealed: parts.sealer.seal(JSON.stringify(raw), place),
		keepUntil,
	}));
	const withPayload = saved.map((record, at) => {
		const index = raws.indexOf((news[at] as (typeof news)[number])[1].upstream);
		return { ...record, payload: index < 0 ? null : index };
	});
	const connection = { id: source.connectionId, userId: source.userId, vendor: source.vendor };
	await tx.asSystem(() => saveRecords(tx, connection, withPayload, payloads, source.syncLogId));
	await sayWhatWasWritten(tx, parts, source, written);
	return { changed: written.length, leftOut: [...leftOut] };
}

/** What can be stored, once per record: of several in one delivery the newest, else the last. */
function usable(records: readonly Upstream[], now: number, leftOut: Set<string>): Map<string, Told> {
	const told = new Map<string, Told>();
	for (const upstream of records) {
		if (upstream.unread !== undefined) leftOut.add(upstream.unread);
		for (const measure of upstream.measures) {
			const row = rowOf(measure);
			const ends = "endedAt" in measure ? measure.endedAt : measure.at;
			if (Date.parse(ends) > now + futureMilliseconds || Date.parse(measure.at) > now + futureMilliseconds) {
				leftOut.add(`${measure.kind}: a time in the future`);
				continue;
			}
			if (measure.externalId.length > longestId) {
				leftOut.add(`${measure.kind}: an id that is too long`);
				continue;
			}
			if ("implausible" in row) {
				leftOut.add(row.implausible);
				continue;
			}
			const before = told.get(keyOf(measure));
			if (before !== undefined && (before.upstream.changedAt ?? "") > (upstream.changedAt ?? "")) continue;
			told.set(keyOf(measure), { measure, upstream, digest: upstream.listed ?? digestOf(measure) });
		}
	}
	return told;
}

/** What tells one state of a record from another: SHA-256 of its measure, in base64. */
export function digestOf(measure: Measure): string {
	return hash("sha256", JSON.stringify(measure), "base64");
}

function keyOf({ kind, externalId }: { kind: string; externalId: string }): string {
	return `${kind} ${externalId}`;
}

function isNews({ measure, upstream, digest }: Told, known: RecordRow | undefined, detail: Detail): boolean {
	if (known === undefined || known.state === "gone") return true;
	// Deliveries overtake each other: an older state than the one here is no news.
	if (upstream.changedAt !== undefined && known.changedAt !== null && upstream.changedAt < known.changedAt)
		return false;
	if (detail === "listed") return known.listed?.toString("base64") !== digest;
	const relisted = upstream.listed !== undefined && known.listed?.toString("base64") !== digest;
	return !known.detailed || relisted || known.measure !== JSON.stringify(measure);
}
