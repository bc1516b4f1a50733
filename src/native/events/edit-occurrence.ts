import { writeExceptions } from "../../calendar/exceptions.ts";
import { readStamp, type Stamp } from "../../calendar/stamp.ts";
import { Failure } from "../../fhir/failure.ts";
import { editRows } from "../../store/change/edit-rows.ts";
import type { Transaction } from "../../store/database.ts";
import type { EventRow } from "../../store/event-rows.ts";
import { linkOccurrence } from "../../store/occurrence-link.ts";
import { deleteRows, insertRows, type RowValues } from "../../store/rows.ts";
import { CalendarEvents } from "../../tables/calendar-events.ts";
import type { OccurrenceTarget } from "./occurrence-target.ts";

/** Changes one occurrence alone: its row, which is made where it has none. Gives that row. */
export async function editOccurrence(tx: Transaction, target: OccurrenceTarget, changes: RowValues): Promise<EventRow> {
	const { instance, original, seriesRow, shown } = target;
	if (instance !== undefined) return edited(tx, instance.id, changes);
	const link = await linkOccurrence(tx, seriesRow.id, original.key, seriesRow.version);
	const { id: _id, version: _version, createdAt: _made, updatedAt: _changed, ...values } = shown;
	const [row] = (await insertRows(tx, CalendarEvents, [{ ...values, ...changes, ...link.cells }])) as EventRow[];
	if (row === undefined) throw new Error("an inserted row is given back");
	link.write(row);
	await leaveOut(tx, target);
	return row;
}

/** Takes one occurrence out of its series. */
export async function deleteOccurrence(tx: Transaction, target: OccurrenceTarget): Promise<void> {
	if (target.instance !== undefined) await deleteRows(tx, CalendarEvents, [target.instance.id]);
	await leaveOut(tx, target);
}

/** Adds a start to those the series leaves out, unless it is there. */
async function leaveOut(tx: Transaction, { seriesRow, series, original }: OccurrenceTarget): Promise<void> {
	const { exceptions, zone, isAllDay } = series;
	const excluded = [...exceptions.excluded, readStamp(original.key) as Stamp];
	const recurrenceException = writeExceptions({ ...exceptions, excluded }, zone, isAllDay);
	if (recurrenceException === writeExceptions(exceptions, zone, isAllDay)) return;
	await edited(tx, seriesRow.id, { recurrenceException });
}

/** Changes a row. @throws Failure forbidden when the caller would no longer see it */
export async function edited(tx: Transaction, id: number, changes: RowValues): Promise<EventRow> {
	const [row] = await editRows(tx, CalendarEvents, [{ id, changes }]);
	if (row === undefined) throw new Failure("forbidden", "This would take the row out of your sight");
	return row as EventRow;
}
