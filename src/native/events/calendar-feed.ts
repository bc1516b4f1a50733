import { seriesOf } from "../../calendar/event-series.ts";
import { noExceptions } from "../../calendar/exceptions.ts";
import type { CalendarEntry } from "../../calendar/icalendar/calendar-entry.ts";
import { writeCalendar } from "../../calendar/icalendar/write-calendar.ts";
import { type Original, originalOf } from "../../calendar/instance.ts";
import { occurrenceKey } from "../../calendar/occurrence-key.ts";
import type { Series } from "../../calendar/series.ts";
import type { Transaction } from "../../store/database.ts";
import { type EventRow, eventsOfCalendar } from "../../store/event-rows.ts";
import { uidsOfCalendar } from "../../store/event-uids.ts";
import { personZone } from "../../store/person-zone.ts";
import type { RowValues } from "../../store/rows.ts";
import { naturalUid } from "./event-uid.ts";

/** A calendar as other programs subscribe to it. */
export interface Feed {
	/** An iCalendar file. */
	readonly text: string;
	/** When something in it changed last, in milliseconds since 1970. */
	readonly changedAt: number;
	readonly eventIds: readonly number[];
}

/** The iCalendar file of a calendar: every event, series with their edited occurrences. */
export async function calendarFeed(tx: Transaction, calendar: RowValues): Promise<Feed> {
	const [rows, uids, zone] = await Promise.all([
		eventsOfCalendar(tx, calendar.id as number),
		uidsOfCalendar(tx, calendar.id as number),
		personZone(tx, calendar.userId as number),
	]);
	const series = new Map(
		rows.flatMap((row) => {
			const one = seriesOf(row, zone);
			return one === undefined ? [] : [[row.id, one] as const];
		}),
	);
	const edited = Map.groupBy(rows, ({ parentEventId }) => parentEventId);
	const uidOf = (id: number) => uids.get(id) ?? naturalUid(id);
	const entries = rows.map((row): CalendarEntry => {
		const own = series.get(row.id);
		const parent = series.get(row.parentEventId ?? 0);
		if (parent !== undefined)
			return entryOf(row, uidOf(row.parentEventId as number), undefined, originalOf(row, parent));
		if (own === undefined) return entryOf(row, uidOf(row.id), undefined, undefined);
		const originals = (edited.get(row.id) ?? []).map((one) => originalOf(one, own).key);
		return entryOf(row, uidOf(row.id), withoutEdited(own, new Set(originals)), undefined);
	});
	const { name, description, color } = calendar as Record<string, string | null>;
	return {
		text: writeCalendar({ name: name ?? "", description: description ?? null, color: color ?? null, zone, entries }),
		changedAt: rows.reduce(
			(latest, { updatedAt }) => Math.max(latest, Date.parse(updatedAt)),
			Date.parse(calendar.updatedAt as string),
		),
		eventIds: rows.map(({ id }) => id),
	};
}

/** What the series leaves out because it has a row of its own takes place: the file replaces it by RECURRENCE-ID. */
function withoutEdited(series: Series, originals: ReadonlySet<string>): Series {
	const { excluded, added } = series.exceptions;
	const keyOf = (written: number) => occurrenceKey(written, series);
	const kept = excluded.filter(
		(stamp) => !originals.has(stamp.kind === "date" && series.isAllDay ? dateKey(stamp.written) : keyOf(stamp.written)),
	);
	return { ...series, exceptions: { excluded: kept, added } };
}

function dateKey(written: number): string {
	return new Date(written).toISOString().slice(0, 10).replaceAll("-", "");
}

function entryOf(
	row: EventRow,
	uid: string,
	series: Series | undefined,
	original: Original | undefined,
): CalendarEntry {
	return {
		uid,
		sequence: row.version - 1,
		createdAt: Date.parse(row.createdAt),
		updatedAt: Date.parse(row.updatedAt),
		title: row.title,
		description: row.description,
		location: row.location,
		category: row.category,
		isCancelled: row.status === "cancelled",
		start: series?.start ?? Date.parse(row.startTime),
		end: series?.end ?? (row.endTime === null ? null : Date.parse(row.endTime)),
		isAllDay: row.isAllDay === true,
		rule: series?.rule,
		exceptions: series?.exceptions ?? noExceptions,
		recurrenceId: original?.start,
	};
}
