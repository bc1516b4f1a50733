import { floatingAt, instantAt, midnight } from "../../calendar/civil-time.ts";
import { seriesOf } from "../../calendar/event-series.ts";
import { noExceptions, stampOf, writeExceptions } from "../../calendar/exceptions.ts";
import { originalOf } from "../../calendar/instance.ts";
import { findOccurrence } from "../../calendar/occurrence-key.ts";
import type { Series } from "../../calendar/series.ts";
import { type Half, type Move, moveExceptions, splitSeries } from "../../calendar/split-series.ts";
import { readStamp, type Stamp } from "../../calendar/stamp.ts";
import { writeRule } from "../../calendar/write-rule.ts";
import { Failure } from "../../fhir/failure.ts";
import { editRows } from "../../store/change/edit-rows.ts";
import type { Transaction } from "../../store/database.ts";
import type { EventRow } from "../../store/event-rows.ts";
import { deleteRows, insertRows, type RowValues } from "../../store/rows.ts";
import { CalendarEvents } from "../../tables/calendar-events.ts";
import { edited } from "./edit-occurrence.ts";
import type { OccurrenceTarget } from "./occurrence-target.ts";

/**
 * Changes an occurrence and all that follow: the series ends before it, and a new one begins with it. What was edited alone stays as it
 * is, under the new series. Gives the row of the new series; of the first occurrence, all are changed.
 *
 * @throws Failure invalid naming recurrenceRule when the new start is none of the rule's
 */
export async function editFollowing(tx: Transaction, target: OccurrenceTarget, changes: RowValues): Promise<EventRow> {
	const { seriesRow, series, original, shown } = target;
	if (isFirst(target)) return editAll(tx, target, changes);
	const { before, after } = splitSeries(series, original.start);
	const { id: _id, version: _version, createdAt: _made, updatedAt: _changed, ...values } = shown;
	const times = movedTimes(series, original.start, changes);
	const row = {
		...values,
		...changes,
		...times.columnsAt(instantAt(floatingAt(original.start, series.zone) + times.move.by, series.zone)),
		recurrenceRule: changes.recurrenceRule ?? writeRule(after.rule),
		recurrenceException: changes.recurrenceException ?? moved(after, times.move, series),
		parentEventId: null,
	};
	checkStart(row as unknown as EventRow, series.zone);
	const [made] = (await insertRows(tx, CalendarEvents, [row])) as EventRow[];
	if (made === undefined) throw new Error("an inserted row is given back");
	await edited(tx, seriesRow.id, columnsOf(before, series));
	await moveInstances(tx, target, times.move, made.id, (start) => start >= original.start);
	return made;
}

/**
 * Changes all occurrences. Where the times of the named one change, all move by as much; what is left out moves along. What was edited
 * alone stays as it is.
 */
export async function editAll(tx: Transaction, target: OccurrenceTarget, changes: RowValues): Promise<EventRow> {
	const { seriesRow, series, original } = target;
	const times = movedTimes(series, original.start, changes);
	const start = floatingAt(series.start, series.zone) + times.move.by;
	const all = {
		...changes,
		...(changes.startTime === undefined && changes.endTime === undefined
			? {}
			: times.columnsAt(instantAt(start, series.zone))),
		...(changes.recurrenceException === undefined && times.move.by !== 0
			? { recurrenceException: moved(series, times.move, series) }
			: {}),
	};
	if (times.move.by !== 0 && beginsWithItself(series)) checkStart({ ...seriesRow, ...all } as EventRow, series.zone);
	const row = await edited(tx, seriesRow.id, all);
	await moveInstances(tx, target, times.move, seriesRow.id, () => true);
	return row;
}

/** Ends a series before an occurrence; what was edited alone after it goes as well. */
export async function deleteFollowing(tx: Transaction, target: OccurrenceTarget): Promise<void> {
	if (isFirst(target)) return deleteAll(tx, target.seriesRow, target.instances);
	const { series, seriesRow, original, instances } = target;
	const gone = instances.filter((row) => originalOf(row, series).start >= original.start);
	await deleteRows(
		tx,
		CalendarEvents,
		gone.map(({ id }) => id),
	);
	await edited(tx, seriesRow.id, columnsOf(splitSeries(series, original.start).before, series));
}

/** Deletes a series with what was edited alone. */
export async function deleteAll(tx: Transaction, series: EventRow, instances: readonly EventRow[]): Promise<void> {
	await deleteRows(
		tx,
		CalendarEvents,
		instances.map(({ id }) => id),
	);
	await deleteRows(tx, CalendarEvents, [series.id]);
}

function isFirst({ series, original }: OccurrenceTarget): boolean {
	return original.start <= series.start;
}

/** What the new times of an occurrence mean: how far the local start moves, and when something that begins then ends. */
interface MovedTimes {
	readonly move: Move;
	readonly columnsAt: (start: number) => { readonly startTime: string; readonly endTime: string | null };
}

function movedTimes({ start, end, zone, isAllDay }: Series, at: number, { startTime, endTime }: RowValues): MovedTimes {
	const local = floatingAt(at, zone);
	const from = typeof startTime === "string" ? Date.parse(startTime) : at;
	// Days are counted in local time, hours as they pass.
	const length = (begin: number, over: number) =>
		isAllDay ? floatingAt(over, zone) - floatingAt(begin, zone) : over - begin;
	const after = (begin: number, lasts: number) =>
		isAllDay ? instantAt(floatingAt(begin, zone) + lasts, zone) : begin + lasts;
	const lasts =
		typeof endTime === "string"
			? length(from, Date.parse(endTime))
			: endTime === null || end === null
				? null
				: length(start, end);
	return {
		move: { by: floatingAt(from, zone) - local, timeOfDay: local - midnight(local) },
		columnsAt: (begin) => ({
			startTime: new Date(begin).toISOString(),
			endTime: lasts === null ? null : new Date(after(begin, lasts)).toISOString(),
		}),
	};
}

function moved({ exceptions }: Pick<Half, "exceptions">, move: Move, series: Series): string | null {
	const { zone, isAllDay } = series;
	return writeExceptions(move.by === 0 ? exceptions : moveExceptions(exceptions, move, series), zone, isAllDay);
}

function columnsOf({ rule, exceptions }: Half, { zone, isAllDay }: Series): RowValues {
	return { recurrenceRule: writeRule(rule), recurrenceException: writeExceptions(exceptions, zone, isAllDay) };
}

/** A series must begin with one of its own occurrences, or what was just edited would vanish. */
function checkStart(row: EventRow, zone: string): void {
	const series = seriesOf(row, zone);
	if (series === undefined || beginsWithItself(series)) return;
	const message = "recurrenceRule does not have the event take place at its new startTime; send a rule that does";
	throw new Failure("invalid", message, { expression: "recurrenceRule" });
}

function beginsWithItself(series: Series): boolean {
	const whole = { ...series, exceptions: noExceptions };
	return findOccurrence(whole, stampOf(series.start, series.zone, series.isAllDay)) !== undefined;
}

/** Keeps edited occurrences with the starts they stand for, where these move. */
async function moveInstances(
	tx: Transaction,
	{ instances, series, seriesRow }: OccurrenceTarget,
	move: Move,
	parentEventId: number,
	isMeant: (start: number) => boolean,
): Promise<void> {
	if (move.by === 0 && parentEventId === seriesRow.id) return;
	const { zone, isAllDay } = series;
	const changes = instances.flatMap((row) => {
		const { key, start } = originalOf(row, series);
		if (!isMeant(start)) return [];
		const stands = { excluded: [readStamp(key) as Stamp], added: [] };
		const recurrenceException = writeExceptions(moveExceptions(stands, move, series), zone, isAllDay);
		return [{ id: row.id, changes: { parentEventId, recurrenceException } }];
	});
	await editRows(tx, CalendarEvents, changes);
}
