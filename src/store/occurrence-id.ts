import { naturalId, rowOfNaturalId } from "../mapping/natural-id.ts";
import { mappingNamed } from "../mapping/registry.ts";

/** The FHIR id of one occurrence of a series: `ev-12-20261201T140000Z`, of an all-day one `ev-12-20261201`. */
export function appointmentOfOccurrence(seriesId: number, key: string): string {
	return `${naturalId(mappingNamed("appointment").id, seriesId)}-${key}`;
}

/** The series and the start such an id speaks of; undefined for every other id. */
export function occurrenceOfId(
	type: string,
	id: string,
): { readonly seriesId: number; readonly key: string } | undefined {
	const found = type === "Appointment" ? /^(.+)-(\d{8}(?:T\d{6}Z)?)$/.exec(id) : null;
	const series = found === null ? undefined : rowOfNaturalId([mappingNamed("appointment")], found[1] as string);
	return series === undefined ? undefined : { seriesId: series.rowId, key: found?.[2] as string };
}
