import { hash } from "node:crypto";
import { Failure } from "../fhir/failure.ts";
import { editRows } from "../store/change/edit-rows.ts";
import type { Transaction } from "../store/database.ts";
import {
	knownRecords,
	linkedRecords,
	lockExercises,
	notesOf,
	overlappingExercises,
	type RecordRow,
	type RecordToSave,
	saveRecords,
} from "../store/devices/records.ts";
import { deleteRows, insertRows } from "../store/rows.ts";
import { tableName } from "../tables/columns.ts";
import type { Measure } from "./measures.ts";
import { type DeviceParts, placeOfPayload } from "./parts.ts";
import { entityOf, rowOf } from "./rows-of-measures.ts";
import { isSameWorkout } from "./same-workout.ts";
import type { Upstream, VendorName } from "./vendor.ts";

/** Where measures come from. */
export interface Source {
	readonly connectionId: number;
	readonly userId: number;
	readonly vendor: VendorName;
	/** Feed of the vendor's, or `export`, `push`. */
	readonly feed: string;
	readonly syncLogId: number | null;
}

/** What became of some records. */
export interface Stored {
	/** Rows that are new, changed or deleted here. */
	readonly changed: number;
	/** What was left out and why, each once. */
	readonly leftOut: readonly string[];
}

/** A vendor's clock may be a day ahead (local times); what lies further in the future is a mistake of the device. */
const futureMilliseconds = 86_400_000;

/** How much of a record is known: what a list tells, or all there is. */
export type Detail = "listed" | "whole";

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

	const plan = await planned(tx, source, news, known, detail);
	const written = new Set<string>();
	await writeRows(tx, source, plan, written);
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
	if (written.size > 0)
		parts.note(tx, { target: `devices/${source.connectionId}`, returned: [...written], patients: [source.userId] });
	return { changed: written.size, leftOut: [...leftOut] };
}

/** Deletes the rows of records the vendor has no more; their history stays. Another vendor's record of the same workout takes their place. */
export async function removeRecords(
	tx: Transaction,
	parts: Pick<DeviceParts, "note">,
	source: Source,
	records: readonly RecordRow[],
): Promise<number> {
	let removed = 0;
	for (const [kind, group] of Map.groupBy(records, (record) => record.kind as Measure["kind"])) {
		const entity = entityOf(kind);
		const ids = group.flatMap(({ rowId }) => (rowId === null ? [] : [rowId]));
		const gone = await deleteRows(tx, entity, ids);
		removed += gone.length;
		const returned = gone.map((id) => `${tableName(entity)}/${id}`);
		if (returned.length > 0)
			parts.note(tx, { target: `devices/${source.connectionId}`, returned, patients: [source.userId] });
	}
	const connection = { id: source.connectionId, userId: source.userId, vendor: source.vendor };
	const saved = records.map(
		(record): RecordToSave => ({ ...record, rowId: null, linkedTo: null, state: "gone", listed: null, payload: null }),
	);
	await tx.asSystem(() => saveRecords(tx, connection, saved, [], source.syncLogId));
	await showLinked(
		tx,
		parts,
		source.userId,
		records.flatMap(({ kind, rowId }) => (kind === "exercise" && rowId !== null ? [rowId] : [])),
	);
	return removed;
}

/** Makes rows of the records that were linked to rows which are gone: the first of each is shown, others are linked to that. */
async function showLinked(
	tx: Transaction,
	parts: Pick<DeviceParts, "note">,
	userId: number,
	goneRowIds: readonly number[],
): Promise<void> {
	if (goneRowIds.length === 0) return;
	const linked = await tx.asSystem(() => linkedRecords(tx, goneRowIds));
	const inPlaceOf = new Map<number | null, number>();
	for (const { connectionId, vendor, ...record } of linked) {
		let shownBy = inPlaceOf.get(record.linkedTo);
		let rowId: number | null = null;
		if (shownBy === undefined) {
			const values = valuesOf(JSON.parse(record.measure) as Measure);
			const [row] = await insertRows(tx, entityOf("exercise"), [{ ...values, userId }]);
			rowId = row?.id as number;
			shownBy = rowId;
			inPlaceOf.set(record.linkedTo, rowId);
			parts.note(tx, { target: `devices/${connectionId}`, returned: [`exercise_logs/${rowId}`], patients: [userId] });
		}
		const now: RecordToSave = {
			...record,
			rowId,
			state: rowId === null ? "linked" : "shown",
			linkedTo: rowId === null ? shownBy : null,
			listed: null,
			payload: null,
		};
		await tx.asSystem(() => saveRecords(tx, { id: connectionId, userId, vendor }, [now], [], null));
	}
}

interface Told {
	readonly measure: Measure;
	readonly upstream: Upstream;
	/** Of the measure as a list tells it. */
	readonly digest: string;
}

/** What can be stored, once per record: of several in one delivery the newest, else the last. */
function usable(records: readonly Upstream[], now: number, leftOut: Set<string>): Map<string, Told> {
	const told = new Map<string, Told>();
	for (const upstream of records) {
		for (const measure of upstream.measures) {
			const row = rowOf(measure);
			const ends = "endedAt" in measure ? measure.endedAt : measure.at;
			if (Date.parse(ends) > now + futureMilliseconds || Date.parse(measure.at) > now + futureMilliseconds) {
				leftOut.add(`${measure.kind}: a time in the future`);
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

interface Planned {
	readonly measure: Measure;
	readonly before: RecordRow | undefined;
	record: RecordToSave;
}

/** What each piece of news is to become. */
async function planned(
	tx: Transaction,
	source: Source,
	news: readonly [string, Told][],
	known: ReadonlyMap<string, RecordRow>,
	detail: Detail,
): Promise<Planned[]> {
	const plan: Planned[] = [];
	for (const [key, { measure, upstream, digest }] of news) {
		const before = known.get(key);
		const fresh = before === undefined || before.state === "gone";
		const twin = fresh && measure.kind === "exercise" ? await sameWorkoutElsewhere(tx, source, measure) : undefined;
		plan.push({
			measure,
			before,
			record: {
				kind: measure.kind,
				externalId: measure.externalId,
				feed: source.feed,
				table: tableName(entityOf(measure.kind)),
				rowId: fresh ? null : before.rowId,
				state: fresh ? (twin === undefined ? "shown" : "linked") : before.state,
				linkedTo: fresh ? (twin ?? null) : before.linkedTo,
				at: measure.at,
				endedAt: "endedAt" in measure ? measure.endedAt : measure.at,
				changedAt: upstream.changedAt ?? before?.changedAt ?? null,
				measure: JSON.stringify(measure),
				listed: detail === "listed" || upstream.listed !== undefined ? digest : null,
				detailed: detail === "whole",
				payload: null,
			},
		});
	}
	return plan;
}

/** The row of another connection that shows the same workout. */
async function sameWorkoutElsewhere(
	tx: Transaction,
	source: Source,
	measure: Measure & { kind: "exercise" },
): Promise<number | undefined> {
	const window = { from: measure.at, to: measure.endedAt };
	const others = await tx.asSystem(() => overlappingExercises(tx, source.userId, source.connectionId, window));
	const found = others.find((other) =>
		isSameWorkout(measure, JSON.parse(other.measure) as Measure & { kind: "exercise" }),
	);
	return found?.rowId ?? undefined;
}

/** Inserts and updates set-based, and puts the new rows' ids into the plan. */
async function writeRows(
	tx: Transaction,
	source: Source,
	plan: readonly Planned[],
	written: Set<string>,
): Promise<void> {
	for (const group of Map.groupBy(plan, ({ measure }) => entityOf(measure.kind)).values()) {
		const [first] = group;
		if (first === undefined) continue;
		const entity = entityOf(first.measure.kind);
		const table = tableName(entity);
		const fresh = group.filter(({ record }) => record.state === "shown" && record.rowId === null);
		const inserted = await insertRows(
			tx,
			entity,
			fresh.map(({ measure }) => ({ ...valuesOf(measure), userId: source.userId })),
		);
		for (const [at, one] of fresh.entries()) {
			one.record = { ...one.record, rowId: inserted[at]?.id as number };
			written.add(`${table}/${one.record.rowId}`);
		}
		const shown = group.filter(({ before, record }) => before?.state === "shown" && record.rowId !== null);
		const changes = await changesOf(tx, table, shown);
		const updated = await editRows(tx, entity, changes);
		for (const [at, { id, changes: columns }] of changes.entries()) {
			if (updated[at] !== undefined && Object.keys(columns).length > 0) written.add(`${table}/${id}`);
		}
		const lost = new Set(changes.filter((_, at) => updated[at] === undefined).map(({ id }) => id));
		for (const one of shown) {
			if (one.record.rowId !== null && lost.has(one.record.rowId))
				one.record = { ...one.record, rowId: null, state: "removed" };
		}
	}
}

/** The columns that the vendor has changed since it last told; its note only where the vendor's last one still stands. */
async function changesOf(tx: Transaction, table: string, shown: readonly Planned[]) {
	const ids = shown.flatMap(({ record }) => (record.rowId === null ? [] : [record.rowId]));
	const notes = table === "exercise_logs" ? await notesOf(tx, table, ids) : new Map<number, string | null>();
	return shown.map(({ measure, before, record }) => {
		const [now, then] = [
			valuesOf(measure),
			before === undefined ? {} : valuesOf(JSON.parse(before.measure) as Measure),
		];
		const changes = Object.fromEntries(
			Object.entries(now).filter(
				([column, value]) =>
					value !== then[column] && (column !== "notes" || notes.get(record.rowId ?? 0) === then.notes),
			),
		);
		return { id: record.rowId ?? 0, changes };
	});
}

function valuesOf(measure: Measure): Readonly<Record<string, string | number | null>> {
	const row = rowOf(measure);
	if ("implausible" in row) throw new Failure("fault", "A measure that was left out came back");
	return row.values;
}
