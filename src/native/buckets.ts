/** How long one bucket is, in civil time. Weeks begin on Monday (ISO 8601). */
export const bucketSizes = ["hour", "day", "week", "month"] as const;
export type BucketSize = (typeof bucketSizes)[number];

/** A stretch of civil time: its first moment, and the first after it. */
export interface Bucket {
	readonly starts: Temporal.ZonedDateTime;
	readonly ends: Temporal.ZonedDateTime;
}

/**
 * The buckets of a zone that a stretch of time touches, ascending, each beginning where the one before it ends: whole ones, whatever
 * part of the first and the last the stretch covers. A day of a clock change has 23 or 25 hours.
 *
 * @param most - with more than these, undefined
 */
export function bucketsOf(
	size: BucketSize,
	zone: string,
	from: Temporal.Instant,
	before: Temporal.Instant,
	most: number,
): Bucket[] | undefined {
	const buckets: Bucket[] = [];
	let starts = startOf(size, from.toZonedDateTimeISO(zone));
	while (Temporal.Instant.compare(starts.toInstant(), before) < 0) {
		if (buckets.length === most) return undefined;
		const ends = nextOf(size, starts);
		buckets.push({ starts, ends });
		starts = ends;
	}
	return buckets;
}

function startOf(size: BucketSize, moment: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
	if (size === "hour") {
		const hour = civilHour(moment);
		// Where clocks went back by half an hour, what is left of the hour is a bucket of its own.
		const next = nextOf("hour", hour);
		return Temporal.ZonedDateTime.compare(next, moment) > 0 ? hour : next;
	}
	const date = moment.toPlainDate();
	const first =
		size === "month" ? date.with({ day: 1 }) : size === "week" ? date.subtract({ days: date.dayOfWeek - 1 }) : date;
	// Not startOfDay(): midnight may be skipped, and the day then begins later.
	return first.toZonedDateTime(moment.timeZoneId);
}

function civilHour(moment: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
	return moment.round({ smallestUnit: "hour", roundingMode: "floor" });
}

function nextOf(size: BucketSize, starts: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
	if (size !== "hour") {
		const date = starts.toPlainDate().add({ [`${size}s`]: 1 });
		return date.toZonedDateTime(starts.timeZoneId);
	}
	// Where clocks change by half an hour, the next civil hour comes sooner or later than in 60 minutes.
	const later = starts.add({ hours: 1 });
	const civil = civilHour(later);
	return Temporal.ZonedDateTime.compare(civil, starts) > 0 ? civil : later;
}

/** A bucket's name in civil time: the hour with its offset, else its first day. */
export function civilName(size: BucketSize, { starts }: Bucket): string {
	if (size !== "hour") return starts.toPlainDate().toString();
	return starts.toString({ smallestUnit: "minute", timeZoneName: "never" });
}
