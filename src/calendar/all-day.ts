import { day, floatingAt, instantAt, midnight } from "./civil-time.ts";
import { dayOf } from "./exceptions.ts";

/**
 * A bound of an all-day event, in the zone: midnight in UTC that is not midnight in the zone is how programs write a bare date, and means
 * the beginning of that day.
 */
export function civil(instant: number, zone: string): number {
	return instant === midnight(instant) ? instantAt(dayOf({ kind: "utc", written: instant }, zone), zone) : instant;
}

/**
 * The civil days an all-day event takes: floating midnight of the first, and of the one after the last. An end at midnight is the end of
 * the day before; without an end it is one day.
 */
export function civilDays(
	start: number,
	end: number | null,
	zone: string,
): { readonly first: number; readonly after: number } {
	const first = midnight(floatingAt(civil(start, zone), zone));
	const over = end === null ? first : floatingAt(civil(end, zone), zone);
	const isMidnight = over > first && over === midnight(over);
	return { first, after: isMidnight ? over : midnight(over) + day };
}
