import ICAL from "ical.js";
import { floatingAt } from "../civil-time.ts";
import { weekdays } from "../rule.ts";
import { writeInstant } from "../stamp.ts";

/** Years beyond the last date that are looked at: a yearly change that still goes on then goes on for ever. */
const yearsAhead = 8;

/** A change of clocks that comes every year alike, from its first time to its last. */
interface Observance {
	readonly kind: "standard" | "daylight";
	/** Instant and offsets in milliseconds. */
	readonly first: number;
	last: number;
	readonly from: number;
	readonly to: number;
	/** `3 2SU`-like forms all its times agree with: month and weekday of the month. */
	days: readonly string[];
	readonly timeOfDay: number;
	lastYear: number;
}

/**
 * The VTIMEZONE of an IANA zone (RFC 5545 section 3.6.5), as it is from one instant on; changes of clocks that come back every year are
 * one observance with a rule, ended by UNTIL where the law changed.
 *
 * @param since instant in milliseconds of the first date that needs it
 * @param until of the last
 */
export function timeZoneComponent(zone: string, since: number, until: number): ICAL.Component {
	const component = new ICAL.Component("vtimezone");
	component.addPropertyWithValue("tzid", zone);
	const horizon = new Date(until).getUTCFullYear() + yearsAhead;
	const observances = observancesOf(zone, since, horizon);
	for (const one of observances) component.addSubcomponent(observance(one, zone, horizon));
	return component;
}

function observancesOf(zone: string, since: number, horizon: number): Observance[] {
	let at = Temporal.Instant.fromEpochMilliseconds(since).toZonedDateTimeISO(zone);
	const before = at.getTimeZoneTransition("previous");
	if (before === null) return [unchanging(zone, since), ...changes(at.getTimeZoneTransition("next"), horizon)];
	at = before;
	return changes(at, horizon);
}

function unchanging(zone: string, since: number): Observance {
	const offset = floatingAt(since, zone) - since;
	const alike = { kind: "standard", from: offset, to: offset, days: [], timeOfDay: 0, lastYear: 0 } as const;
	// 1970-01-01T00:00:00 in local time, or the day before the first date where that is earlier.
	const first = Math.min(-offset, since - 86_400_000);
	return { ...alike, first, last: first };
}

function changes(first: Temporal.ZonedDateTime | null, horizon: number): Observance[] {
	const found: Observance[] = [];
	for (let at = first; at !== null && at.year <= horizon; at = at.getTimeZoneTransition("next")) {
		const to = at.offsetNanoseconds / 1e6;
		const from = at.subtract({ nanoseconds: 1 }).offsetNanoseconds / 1e6;
		if (from === to) continue;
		const instant = at.epochMilliseconds;
		// The time that clocks show as they are changed.
		const wall = new Date(instant + from);
		const kind = to > from ? "daylight" : "standard";
		const timeOfDay = (instant + from) % 86_400_000;
		const days = daysOf(wall);
		const year = wall.getUTCFullYear();
		const goesOn = found.find(
			(one) =>
				one.kind === kind &&
				one.from === from &&
				one.to === to &&
				one.timeOfDay === timeOfDay &&
				one.lastYear === year - 1,
		);
		const common = goesOn?.days.filter((one) => days.includes(one)) ?? [];
		if (goesOn !== undefined && common.length > 0)
			Object.assign(goesOn, { last: instant, lastYear: year, days: common });
		else found.push({ kind, first: instant, last: instant, from, to, days, timeOfDay, lastYear: year });
	}
	return found;
}

/** What a date is within its month: the nth weekday, and the last where it is. */
function daysOf(wall: Date): string[] {
	const [year, month, date] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
	const weekday = weekdays[(wall.getUTCDay() + 6) % 7];
	const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
	const nth = `${month + 1} ${Math.ceil(date / 7)}${weekday}`;
	return date > length - 7 ? [`${month + 1} -1${weekday}`, nth] : [nth];
}

function observance(
	{ kind, first, last, from, to, days, lastYear }: Observance,
	zone: string,
	horizon: number,
): ICAL.Component {
	const component = new ICAL.Component(kind);
	component.addPropertyWithValue(
		"dtstart",
		ICAL.Time.fromDateTimeString(new Date(first + from).toISOString().slice(0, 19)),
	);
	component.addPropertyWithValue("tzoffsetfrom", ICAL.UtcOffset.fromSeconds(from / 1000));
	component.addPropertyWithValue("tzoffsetto", ICAL.UtcOffset.fromSeconds(to / 1000));
	component.addPropertyWithValue("tzname", nameAt(first, zone));
	const [month, day] = days[0]?.split(" ") ?? [];
	if (last > first && month !== undefined) {
		const end = lastYear >= horizon ? "" : `;UNTIL=${writeInstant(last)}`;
		component.addPropertyWithValue("rrule", ICAL.Recur.fromString(`FREQ=YEARLY;BYMONTH=${month};BYDAY=${day}${end}`));
	}
	return component;
}

function nameAt(instant: number, zone: string): string {
	const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "short" }).formatToParts(instant);
	return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}
