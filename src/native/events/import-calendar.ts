import { CalendarError, CalendarTooCostlyError } from "../../calendar/calendar-error.ts";
import { checkSeries } from "../../calendar/check-series.ts";
import { writeExceptions } from "../../calendar/exceptions.ts";
import { type ReadEntry, readCalendar } from "../../calendar/icalendar/read-calendar.ts";
import { originalOf } from "../../calendar/instance.ts";
import { seriesInZone } from "../../calendar/series-in-zone.ts";
import { writeInstant } from "../../calendar/stamp.ts";
import { writeRule } from "../../calendar/write-rule.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Transaction } from "../../store/database.ts";
import { type EventRow, instancesOf } from "../../store/event-rows.ts";
import { eventsByUid, insertUid } from "../../store/event-uids.ts";
import { personZone } from "../../store/person-zone.ts";
import { getRow, insertRows, type RowValues } from "../../store/rows.ts";
import { CalendarEvents } from "../../tables/calendar-events.ts";
import { deleteOccurrence, edited, editOccurrence } from "./edit-occurrence.ts";
import { eventOfNaturalUid } from "./event-uid.ts";
import { targetOf } from "./occurrence-target.ts";

/** What became of one VEVENT of a file. */
export interface Imported {
	readonly uid: string | null;
	/** Of an edited occurrence: the start by the rule, ISO. */
	readonly recurrenceId: string | null;
	readonly outcome: "created" | "updated" | "unchanged" | "failed";
	readonly eventId: number | null;
	/** Why it failed. */
	readonly message: string | null;
}

/**
 * Takes an iCalendar file into a calendar. An event that is known by its UID is brought up to date, so that the same file twice is the
 * same as once; what cannot be taken is told, and does not keep the rest from being stored.
 *
 * @param calendar locked, so that imports into one calendar follow one another
 * @throws Failure invalid - when it is no calendar file, or has too many events
 */
export async function importCalendar(tx: Transaction, calendar: RowValues, text: string): Promise<Imported[]> {
	const zone = await personZone(tx, calendar.userId as number);
	const read = asFailure(() => readCalendar(text, zone));
	const entries = read.flatMap((one) => ("entry" in one ? [one.entry] : []));
	const done: Imported[] = read.flatMap((one) => ("problem" in one ? [failed(one.uid, undefined, one.problem)] : []));
	const groups = Map.groupBy(entries, ({ uid }) => uid);
	const known = await eventsByUid(tx, calendar.id as number, [...groups.keys()]);
	for (const [uid, group] of groups) {
		try {
			done.push(...(await tx.step((part) => importGroup(part, calendar, zone, known.get(uid), group))));
		} catch (error) {
			done.push(...group.map(({ recurrenceId }) => failed(uid, recurrenceId, reasonOf(error))));
		}
	}
	return done;
}

/** One event: what it is, and its edited occurrences. */
async function importGroup(
	tx: Transaction,
	calendar: RowValues,
	zone: string,
	knownId: number | undefined,
	group: readonly ReadEntry[],
): Promise<Imported[]> {
	const edits = group.filter(({ recurrenceId }) => recurrenceId !== undefined);
	const [main, ...again] = group.filter(({ recurrenceId }) => recurrenceId === undefined);
	const before = await eventNamed(tx, calendar, knownId, group[0]?.uid as string);
	const done = again.map(({ uid }) => failed(uid, undefined, "the file has this UID twice"));
	let row = before;
	if (main !== undefined) {
		const values = await valuesOf(tx, main, edits, before, zone);
		row = before === undefined ? await insert(tx, calendar, main.uid, values) : await update(tx, before, values);
		done.push(result(main, row, before === undefined ? "created" : row === before ? "unchanged" : "updated"));
	}
	for (const edit of edits) {
		if (row === undefined) done.push(failed(edit.uid, edit.recurrenceId, "the series it belongs to is not here"));
		else done.push(await importEdit(tx, row.id, edit));
	}
	return done;
}

/** The event a UID stands for in this calendar, locked. */
async function eventNamed(
	tx: Transaction,
	calendar: RowValues,
	knownId: number | undefined,
	uid: string,
): Promise<EventRow | undefined> {
	const id = knownId ?? eventOfNaturalUid(uid);
	const row = id === undefined ? undefined : ((await getRow(tx, CalendarEvents, id, true)) as EventRow | undefined);
	return row?.calendarId === calendar.id ? row : undefined;
}

async function insert(tx: Transaction, calendar: RowValues, uid: string, values: RowValues): Promise<EventRow> {
	const owned = { calendarId: calendar.id, userId: calendar.userId };
	const [row] = (await insertRows(tx, CalendarEvents, [{ ...owned, ...values }])) as EventRow[];
	if (row === undefined) throw new Error("an inserted row is given back");
	await insertUid(tx, calendar.id as number, uid, row.id);
	return row;
}

/** The row with new values; the same object where it has them already. */
async function update(tx: Transaction, row: EventRow, values: RowValues): Promise<EventRow> {
	const changes = Object.entries(values).filter(([name, value]) => (row as RowValues)[name] !== value);
	return changes.length === 0 ? row : edited(tx, row.id, Object.fromEntries(changes));
}

/** The columns an event becomes. */
async function valuesOf(
	tx: Transaction,
	entry: ReadEntry,
	edits: readonly ReadEntry[],
	before: EventRow | undefined,
	zone: string,
): Promise<RowValues> {
	const plain = plainValues(entry, before?.status ?? null);
	const { rule, start, end, isAllDay } = entry;
	if (rule === undefined) return { ...plain, recurrenceRule: null, recurrenceException: null };
	const inFile = { start, end, isAllDay, rule, exceptions: entry.exceptions, zone: entry.zone ?? zone };
	const here = seriesInZone(inFile, zone);
	checkSeries({ start, isAllDay, zone, rule: here.rule });
	const series = { ...inFile, ...here, zone };
	// What has a row of its own, or is cancelled alone, stays left out.
	const rows = before === undefined ? [] : await instancesOf(tx, [before.id]);
	const apart = [
		...rows.map((row) => originalOf(row, series).start),
		...edits.flatMap(({ isCancelled, recurrenceId }) =>
			isCancelled && recurrenceId !== undefined ? [recurrenceId] : [],
		),
	];
	const excluded = [...here.exceptions.excluded, ...apart.map((at) => ({ kind: "utc", written: at }) as const)];
	const recurrenceRule = writeRule(here.rule);
	if (recurrenceRule.length > 255) throw new CalendarError("its RRULE is too long");
	return {
		...plain,
		recurrenceRule,
		recurrenceException: writeExceptions({ ...here.exceptions, excluded }, zone, isAllDay),
	};
}

function plainValues(entry: ReadEntry, status: EventRow["status"]): RowValues {
	const short = (text: string | null) => text?.slice(0, 255) ?? null;
	const [startTime, endTime] = [entry.start, entry.end].map((at) => (at === null ? null : new Date(at).toISOString()));
	if (!/^\d{4}-/.test(startTime ?? "") || (endTime !== null && !/^\d{4}-/.test(endTime ?? ""))) {
		throw new CalendarError("it is in no year a calendar has");
	}
	return {
		title: short(entry.title),
		description: entry.description,
		location: short(entry.location),
		category: short(entry.category),
		status: entry.isCancelled ? "cancelled" : status === "completed" ? status : "pending",
		startTime,
		endTime,
		isAllDay: entry.isAllDay,
	};
}

/** One edited occurrence of a series. */
async function importEdit(tx: Transaction, seriesId: number, entry: ReadEntry): Promise<Imported> {
	const at = entry.recurrenceId as number;
	try {
		const row = (await getRow(tx, CalendarEvents, seriesId, true)) as EventRow;
		if (entry.isCancelled) {
			const target = await targetOf(tx, row, writeInstant(at)).catch(ifNotThere);
			if (target === undefined) return result(entry, row, "unchanged");
			await deleteOccurrence(tx, target);
			return result(entry, row, "updated");
		}
		const target = await targetOf(tx, row, writeInstant(at));
		const values = plainValues(entry, target.instance?.status ?? null);
		if (target.instance === undefined) return result(entry, await editOccurrence(tx, target, values), "created");
		const after = await update(tx, target.instance, values);
		return result(entry, after, after === target.instance ? "unchanged" : "updated");
	} catch (error) {
		if (!(error instanceof Failure) || error.kind !== "not-found") throw error;
		return failed(entry.uid, at, "its series does not take place then");
	}
}

function ifNotThere(error: unknown): undefined {
	if (!(error instanceof Failure) || error.kind !== "not-found") throw error;
	return undefined;
}

function result({ uid, recurrenceId }: ReadEntry, { id }: EventRow, outcome: Imported["outcome"]): Imported {
	return { uid, recurrenceId: isoOf(recurrenceId), outcome, eventId: id, message: null };
}

function failed(uid: string | null, recurrenceId: number | undefined, message: string): Imported {
	return { uid, recurrenceId: isoOf(recurrenceId), outcome: "failed", eventId: null, message };
}

function isoOf(instant: number | undefined): string | null {
	return instant === undefined ? null : new Date(instant).toISOString();
}

function reasonOf(error: unknown): string {
	if (error instanceof CalendarError || error instanceof CalendarTooCostlyError) return error.message;
	if (error instanceof Failure && error.kind !== "fault" && error.kind !== "unavailable") return error.message;
	throw error;
}

function asFailure<T>(read: () => T): T {
	try {
		return read();
	} catch (error) {
		if (error instanceof CalendarError) throw new Failure("invalid", error.message, { expression: "" });
		throw error;
	}
}
