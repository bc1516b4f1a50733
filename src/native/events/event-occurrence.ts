import { budgetOf } from "../../calendar/budget.ts";
import { seriesOf } from "../../calendar/event-series.ts";
import { type Original, originalOf } from "../../calendar/instance.ts";
import { occurrenceKey } from "../../calendar/occurrence-key.ts";
import { type Occurrence, occurrencesOf, type Window } from "../../calendar/series.ts";
import type { Transaction } from "../../store/database.ts";
import { type EventRow, eventsAround } from "../../store/event-rows.ts";

/** Something that takes place: an event with its own columns, at one time. `id` is the row that an edit of it alone is sent to. */
export interface EventOccurrence extends Omit<EventRow, "version"> {
	/** Stable, whatever is edited: `12` for an event that does not recur, `12-20261201T140000Z` for one start of series 12. */
	readonly occurrenceId: string;
	/** The recurring event; null for one that does not recur. */
	readonly seriesId: number | null;
	/** When the series has it take place, also where this one occurrence was moved. */
	readonly originalStart: string | null;
	/** The person's zone, in which the series keeps its time of day. */
	readonly timezone: string;
}

/**
 * What takes place in the calendars of a person, in their zone, within a window, recurrences expanded, by start; at most `most`.
 *
 * @throws CalendarTooCostlyError
 */
export async function eventsWithin(
	tx: Transaction,
	{ userId, zone }: { readonly userId: number; readonly zone: string },
	window: Window,
	most: number,
): Promise<EventOccurrence[]> {
	const { single, series, instances } = await eventsAround(tx, { userId }, window);
	const budget = budgetOf();
	const known = new Set(series.map(({ id }) => id));
	const byParent = Map.groupBy(instances, ({ parentEventId }) => parentEventId);
	const found = single.flatMap((row) => (known.has(row.parentEventId ?? 0) ? [] : [once(row, zone)]));
	for (const row of series) {
		const rule = seriesOf(row, zone);
		if (rule === undefined) {
			if (isWithin(row, window)) found.push(once(row, zone));
			continue;
		}
		const edited = (byParent.get(row.id) ?? []).map((one) => ({ row: one, original: originalOf(one, rule) }));
		const replaced = new Set(edited.map(({ original }) => original.key));
		for (const one of occurrencesOf(rule, window, most, budget)) {
			const key = occurrenceKey(one.start, rule);
			if (!replaced.has(key)) found.push(occurrence(row, key, one, zone));
		}
		for (const one of edited) if (isWithin(one.row, window)) found.push(instance(one.row, row.id, one.original, zone));
	}
	const by = (one: EventOccurrence) => Date.parse(one.startTime);
	return found.sort((one, other) => by(one) - by(other) || one.id - other.id).slice(0, most);
}

function isWithin({ startTime, endTime }: EventRow, { from, to }: Window): boolean {
	const start = Date.parse(startTime);
	return start < to && (start >= from || (endTime !== null && Date.parse(endTime) > from));
}

function once({ version: _, ...row }: EventRow, timezone: string): EventOccurrence {
	return { ...row, occurrenceId: String(row.id), seriesId: null, originalStart: null, timezone };
}

/** A start the rule makes, as the series says it. */
function occurrence(
	{ version: _, ...row }: EventRow,
	key: string,
	{ start, end }: Occurrence,
	timezone: string,
): EventOccurrence {
	const startTime = new Date(start).toISOString();
	return {
		...row,
		startTime,
		endTime: end === null ? null : new Date(end).toISOString(),
		occurrenceId: `${row.id}-${key}`,
		seriesId: row.id,
		originalStart: startTime,
		timezone,
	};
}

/** The row of one edited occurrence. */
function instance(
	{ version: _, ...row }: EventRow,
	seriesId: number,
	{ key, start }: Original,
	timezone: string,
): EventOccurrence {
	const originalStart = new Date(start).toISOString();
	return { ...row, occurrenceId: `${seriesId}-${key}`, seriesId, originalStart, timezone };
}
