import { floatingAt, instantAt, midnight } from "./civil-time.ts";
import { type EventTimes, exceptionsOf } from "./event-series.ts";
import { dayOf, stampOf } from "./exceptions.ts";
import type { Series } from "./series.ts";
import { type Stamp, writeDate, writeInstant } from "./stamp.ts";

/** The start by its series' rule that the row of one edited occurrence stands for. */
export interface Original {
	/** As `occurrenceKey` gives it. */
	readonly key: string;
	/** Instant in milliseconds. */
	readonly start: number;
}

/** What an instance stands for: the start its `recurrenceException` names, else its own. */
export function originalOf(
	instance: Pick<EventTimes, "startTime" | "recurrenceException">,
	series: Pick<Series, "start" | "zone" | "isAllDay">,
): Original {
	const { zone, isAllDay } = series;
	const [named] = exceptionsOf(instance).excluded;
	const stamp = named ?? stampOf(Date.parse(instance.startTime), zone, isAllDay);
	return originalAt(stamp, series);
}

function originalAt(stamp: Stamp, { start, zone, isAllDay }: Pick<Series, "start" | "zone" | "isAllDay">): Original {
	if (!isAllDay && stamp.kind === "utc") return { key: writeInstant(stamp.written), start: stamp.written };
	const local = floatingAt(start, zone);
	const date = dayOf(stamp, zone);
	const at = instantAt(!isAllDay && stamp.kind === "local" ? stamp.written : date + (local - midnight(local)), zone);
	return { key: isAllDay ? writeDate(date) : writeInstant(at), start: at };
}
