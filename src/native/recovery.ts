/** Whole years since a date of birth; null without one, or before it. */
export function ageOn(day: Temporal.PlainDate, dateOfBirth: unknown): number | null {
	return wholeSince(dateOfBirth, day, "years");
}

/** Whole weeks since an operation: 0 in the first 7 days; null without a date, or before it. */
export function postOpWeekOn(day: Temporal.PlainDate, surgeryDate: unknown): number | null {
	return wholeSince(surgeryDate, day, "weeks");
}

function wholeSince(date: unknown, day: Temporal.PlainDate, unit: "years" | "weeks"): number | null {
	if (typeof date !== "string") return null;
	const passed = Temporal.PlainDate.from(date).until(day, { largestUnit: unit });
	return passed.sign < 0 ? null : passed[unit];
}

/** How a device's pulls go, in one word. */
export type SyncHealth = "ok" | "stale" | "failing" | "never" | "off";

/** Pulls run every few hours: after two days without one, something is wrong. */
const staleHours = 48;

/** The health of a connection: `failing` when the last pull failed, `stale` when the last good one is over two days old. */
export function syncHealthOf(
	device: { isActive: boolean | null; lastSyncAt: string | null; lastStatus: string | null },
	now: Temporal.Instant,
): SyncHealth {
	if (device.isActive === false) return "off";
	if (device.lastStatus === "failed") return "failing";
	if (device.lastSyncAt === null) return "never";
	const since = Temporal.Instant.from(device.lastSyncAt).until(now).total("hours");
	return since > staleHours ? "stale" : "ok";
}
