import { seriesOf } from "../../calendar/event-series.ts";
import { type Original, originalOf } from "../../calendar/instance.ts";
import { findOccurrence, occurrenceKey } from "../../calendar/occurrence-key.ts";
import type { Series } from "../../calendar/series.ts";
import { readStamp } from "../../calendar/stamp.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Transaction } from "../../store/database.ts";
import { type EventRow, instancesOf } from "../../store/event-rows.ts";
import { personZone } from "../../store/person-zone.ts";

/** One occurrence of a series somebody wants to change; the series' row is locked, and so are those of its edited occurrences. */
export interface OccurrenceTarget {
	readonly seriesRow: EventRow;
	readonly series: Series;
	readonly original: Original;
	/** The row of the occurrence, where it has one already. */
	readonly instance: EventRow | undefined;
	/** Every edited occurrence of the series. */
	readonly instances: readonly EventRow[];
	/** The occurrence as the columns of a row: as it is, or as it would be if it had a row. */
	readonly shown: EventRow;
}

/**
 * Finds an occurrence by what a request calls it: its start by the series, as an instant or a day (`?occurrence=`).
 *
 * @param seriesRow locked
 * @throws Failure invalid naming `occurrence`; not-found when the series does not take place then
 */
export async function targetOf(tx: Transaction, seriesRow: EventRow, occurrence: string): Promise<OccurrenceTarget> {
	const zone = await personZone(tx, seriesRow.userId);
	const series = seriesOf(seriesRow, zone);
	if (series === undefined) throw invalid("occurrence", "is only for events that recur");
	const stamp = readStamp(occurrence);
	if (stamp === undefined)
		throw invalid("occurrence", "takes the start by the series, 2026-12-01T14:00:00Z or 2026-12-01");
	const instances = await instancesOf(tx, [seriesRow.id], true);
	const originals = instances.map((row) => ({ row, original: originalOf(row, series) }));
	const wanted = originalOf({ startTime: seriesRow.startTime, recurrenceException: occurrence }, series);
	const edited = originals.find(({ original }) => original.key === wanted.key);
	const about = { seriesRow, series, instances };
	if (edited !== undefined) return { ...about, original: edited.original, instance: edited.row, shown: edited.row };
	const found = findOccurrence(series, stamp);
	if (found === undefined) throw new Failure("not-found", "The series does not take place then");
	const original = { key: occurrenceKey(found.start, series), start: found.start };
	const shown: EventRow = {
		...seriesRow,
		startTime: new Date(found.start).toISOString(),
		endTime: found.end === null ? null : new Date(found.end).toISOString(),
		recurrenceRule: null,
		recurrenceException: original.key,
		parentEventId: seriesRow.id,
	};
	return { ...about, original, instance: undefined, shown };
}

/**
 * A series as a whole, by its own start, whether it takes place then or not; undefined for an event that does not recur.
 *
 * @param seriesRow locked
 */
export async function wholeSeries(tx: Transaction, seriesRow: EventRow): Promise<OccurrenceTarget | undefined> {
	const zone = await personZone(tx, seriesRow.userId);
	const series = seriesOf(seriesRow, zone);
	if (series === undefined) return undefined;
	const instances = await instancesOf(tx, [seriesRow.id], true);
	const original = { key: occurrenceKey(series.start, series), start: series.start };
	return { seriesRow, series, original, instance: undefined, instances, shown: seriesRow };
}

function invalid(property: string, what: string): Failure {
	return new Failure("invalid", `${property} ${what}`, { expression: property });
}
