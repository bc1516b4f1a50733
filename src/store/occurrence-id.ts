import { naturalId } from "../mapping/natural-id.ts";
import { mappingNamed } from "../mapping/registry.ts";

/** The FHIR id of one occurrence of a series: `ev-12-20261201T140000Z`, of an all-day one `ev-12-20261201`. */
export function appointmentOfOccurrence(seriesId: number, key: string): string {
	return `${naturalId(mappingNamed("appointment").id, seriesId)}-${key}`;
}
