import { type RawBuilder, sql } from "kysely";
import { CalendarEvents } from "../tables/calendar-events.ts";
import type { Row } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";
import { readableColumns, selection } from "./row-columns.ts";

/** A row of calendar_events. */
export type EventRow = Row<typeof CalendarEvents>;

/** What takes place in a window of time: single events, series that may, and the rows of occurrences that were edited alone. */
export interface EventsAround {
	readonly single: readonly EventRow[];
	readonly series: readonly EventRow[];
	/** Of the series above, wherever in time they are. */
	readonly instances: readonly EventRow[];
}

/** Whose events: all of a person, or those of one calendar. */
export type EventsOf = { readonly userId: number } | { readonly calendarId: number };

/** Events that take place between two instants (milliseconds), `to` excluded; series from their beginning on. */
export async function eventsAround(
	tx: Transaction,
	of: EventsOf,
	{ from, to }: { readonly from: number; readonly to: number },
): Promise<EventsAround> {
	const owned = "userId" in of ? sql`t.user_id = ${of.userId}::int` : sql`t.calendar_id = ${of.calendarId}::int`;
	const [first, last] = [instantText(from), instantText(to)];
	const before = sql`t.start_time < ${last}::timestamptz`;
	const isOver = sql`(t.start_time < ${first}::timestamptz and coalesce(t.end_time, t.start_time) <= ${first}::timestamptz)`;
	// What takes longer than a week is found by an index of its own (migrations/0008), so that the past need not be read.
	const rows = await tx.query(sql<EventRow>`
		${events(tx)} where ${owned} and t.recurrence_rule is null and ${before}
			and t.start_time >= ${first}::timestamptz - interval '7 days' and not ${isOver}
		union
		${events(tx)} where ${owned} and t.recurrence_rule is null and ${before}
			and t.end_time - t.start_time > interval '7 days' and not ${isOver}
		union
		${events(tx)} where ${owned} and t.recurrence_rule is not null and ${before}`);
	const series = rows.filter(({ recurrenceRule }) => recurrenceRule !== null);
	return {
		single: rows.filter(({ recurrenceRule }) => recurrenceRule === null),
		series,
		instances: await instancesOf(
			tx,
			series.map(({ id }) => id),
		),
	};
}

/** Rows of occurrences that were edited alone, of some series; `lock` keeps others from changing them. */
export async function instancesOf(tx: Transaction, seriesIds: readonly number[], lock = false): Promise<EventRow[]> {
	if (seriesIds.length === 0) return [];
	return tx.query(sql<EventRow>`
		${events(tx)} where t.parent_event_id = any(${sql.val([...seriesIds])}::int[]) order by t.id ${lock ? sql`for update` : sql``}`);
}

/** Every event of a calendar, by id. */
export async function eventsOfCalendar(tx: Transaction, calendarId: number): Promise<EventRow[]> {
	return tx.query(sql<EventRow>`${events(tx)} where t.calendar_id = ${calendarId}::int order by t.id`);
}

function events(tx: Transaction): RawBuilder<EventRow> {
	return sql<EventRow>`select ${selection(readableColumns(CalendarEvents, tx.caller))} from public.calendar_events as t`;
}

/** Postgres knows no years beyond 294276. */
function instantText(instant: number): string {
	const bound = 8.64e15;
	return new Date(Math.min(Math.max(instant, -6e13), bound / 2)).toISOString().replace(/^\+/, "");
}
