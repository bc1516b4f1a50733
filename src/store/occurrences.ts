import { budgetOf } from "../calendar/budget.ts";
import { CalendarTooCostlyError } from "../calendar/calendar-error.ts";
import { zoneOf } from "../calendar/civil-time.ts";
import { seriesOf } from "../calendar/event-series.ts";
import { originalOf } from "../calendar/instance.ts";
import { findOccurrence, occurrenceKey } from "../calendar/occurrence-key.ts";
import type { Occurrence, Series } from "../calendar/series.ts";
import { readStamp } from "../calendar/stamp.ts";
import type { Mapping } from "../mapping/define.ts";
import { mappingNamed } from "../mapping/registry.ts";
import { CalendarEvents } from "../tables/calendar-events.ts";
import { deletion, type NativeRow, nativeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { type EventRow, instancesOf } from "./event-rows.ts";
import { imagesOf, rowOfImage } from "./history-images.ts";
import { type LoadedRow, loadRows } from "./load.ts";
import { occurrenceOfId } from "./occurrence-id.ts";
import { personZone } from "./person-zone.ts";
import type { ResourceVersion } from "./resource-version.ts";
import { getRow } from "./rows.ts";

/** One occurrence of a series that has no row of its own, for FHIR: an Appointment like every other, with the version of its series. */
export interface OccurrenceState {
	readonly key: string;
	readonly occurrence: Occurrence;
	readonly seriesRow: EventRow;
	readonly series: Series;
	readonly loaded: LoadedRow;
}

/** The mapping occurrences are shown by. */
export function appointmentMapping(): Mapping {
	return mappingNamed("appointment");
}

/** What an id of an occurrence stands for now; undefined for other ids, and where it does not take place or has a row of its own. */
export async function occurrenceNow(
	tx: Transaction,
	type: string,
	id: string,
	lock = false,
): Promise<OccurrenceState | undefined> {
	const named = occurrenceOfId(type, id);
	if (named === undefined) return undefined;
	const { seriesId, key } = named;
	const seriesRow = (await getRow(tx, CalendarEvents, seriesId, lock)) as EventRow | undefined;
	if (seriesRow === undefined || seriesRow.recurrenceRule === null) return undefined;
	const series = seriesOf(seriesRow, await personZone(tx, seriesRow.userId));
	const occurrence = series && occurrenceAt(series, key);
	if (series === undefined || occurrence === undefined) return undefined;
	const edited = await instancesOf(tx, [seriesId], lock);
	if (edited.some((row) => originalOf(row, series).key === key)) return undefined;
	const loaded = (await loadRows(tx, [appointmentMapping()], [seriesId])).get(seriesId);
	return loaded === undefined ? undefined : { key, occurrence, seriesRow, series, loaded };
}

/** The current version of an occurrence; undefined as in {@link occurrenceNow}. */
export async function occurrenceVersion(
	tx: Transaction,
	type: string,
	id: string,
): Promise<ResourceVersion | undefined> {
	const state = await occurrenceNow(tx, type, id);
	return state === undefined ? undefined : versionOf(id, state.loaded.row, state.occurrence);
}

/** Every version an occurrence has had as part of its series, oldest first; that with which it left is a deletion. */
export async function occurrenceVersions(tx: Transaction, type: string, id: string): Promise<ResourceVersion[]> {
	const named = occurrenceOfId(type, id);
	if (named === undefined) return [];
	const mapping = appointmentMapping();
	const images = await imagesOf(tx, mapping, named.seriesId);
	const owner = images.find(({ user_id }) => user_id !== null)?.user_id;
	const zone = owner == null ? zoneOf(null) : await personZone(tx, owner);
	const versions: ResourceVersion[] = [];
	let wasThere = false;
	for (const image of images) {
		const row = rowOfImage(mapping, image);
		const series = row === undefined ? undefined : seriesOf(row as unknown as EventRow, zone);
		const occurrence = series && occurrenceAt(series, named.key);
		if (row !== undefined && occurrence !== undefined) versions.push(versionOf(id, row, occurrence));
		else if (wasThere) versions.push(deletion(type, id, image.version, image.at, image.user_id));
		wasThere = occurrence !== undefined;
	}
	return versions;
}

/** The row of a series as that of one occurrence. */
function versionOf(id: string, row: NativeRow, { start, end }: Occurrence): ResourceVersion {
	const mapping = appointmentMapping();
	const shown: NativeRow = {
		...row,
		startTime: new Date(start).toISOString(),
		endTime: end === null ? null : new Date(end).toISOString(),
		recurrenceRule: null,
		$residue: null,
	};
	return nativeVersion(mapping, 0, shown, id);
}

function occurrenceAt(series: Series, key: string): Occurrence | undefined {
	const stamp = readStamp(key);
	if (stamp === undefined) return undefined;
	try {
		const found = findOccurrence(series, stamp, budgetOf());
		return found !== undefined && occurrenceKey(found.start, series) === key ? found : undefined;
	} catch (error) {
		if (error instanceof CalendarTooCostlyError) return undefined;
		throw error;
	}
}
