import { type Reading, readWords, type SaidPeriod } from "./read-words.ts";
import type { NotUnderstood, Period, Regimen, Scheduled } from "./regimen.ts";

/** More doses a period than this are a mistake. */
const mostDoses = 24;

/**
 * What the columns `frequency` and `timeOfDay` of a medication say. Where the two disagree about how many, frequency counts and a remark
 * says so; where frequency cannot be read whole, nothing is expected.
 *
 * @param unit - what it is taken or done in, for words
 */
export function understand(
	frequency: string | null | undefined,
	timeOfDay: string | null | undefined,
	unit = "dose",
): Regimen {
	const understood = readBoth(frequency, timeOfDay);
	return understood.kind === "scheduled" ? { ...understood, words: inWords(understood, unit) } : understood;
}

type Understood = Omit<Scheduled, "words"> | Exclude<Regimen, Scheduled>;

function readBoth(frequency: string | null | undefined, timeOfDay: string | null | undefined): Understood {
	const often = readWords(frequency ?? "");
	const when = readWords(timeOfDay ?? "");
	if (often.asNeeded || when.asNeeded) return { kind: "as-needed", words: "as needed" };
	if (often.rest !== "") return notUnderstood(`frequency: "${often.rest}"`);
	if (when.rest === "") return combined(often, when, []);
	if (says(often)) return combined(often, readWords(""), [`timeOfDay "${when.rest}" was not understood`]);
	return notUnderstood(`timeOfDay: "${when.rest}"`);
}

function notUnderstood(words: string): NotUnderstood {
	return { kind: "not-understood", words };
}

function says({ periods, times, weekdays }: Reading): boolean {
	return periods.length > 0 || times.size > 0 || weekdays.size > 0;
}

function combined(often: Reading, when: Reading, remarks: string[]): Understood {
	const periods = agreed([...often.periods, ...when.periods]);
	if (periods === "disagree") return notUnderstood("it says two different things about how often");
	const times = ascending([...often.times, ...when.times]);
	const weekdays = ascending([...often.weekdays, ...when.weekdays]);
	if (periods === undefined && times.length === 0 && weekdays.length === 0) {
		return notUnderstood("nothing is said about how often");
	}
	const period: SaidPeriod = periods ?? { unit: "day", every: 1, count: null };
	if (weekdays.length > 0) return onWeekdays(period, weekdays, times, remarks);
	const doses = period.count ?? Math.max(1, isDaily(period) ? times.length : 1);
	return scheduled(doses, period, [], anchored(period, times), remarks);
}

/** The one period several statements come to: "daily" leaves the count to others. */
function agreed(periods: readonly SaidPeriod[]): SaidPeriod | undefined | "disagree" {
	const [first, ...others] = [...periods].sort((a, b) => Number(a.count === null) - Number(b.count === null));
	const fits = ({ every, unit, count }: SaidPeriod) =>
		(every === first?.every && unit === first.unit && (count === null || count === first.count)) ||
		// "daily, every 8 hours", "twice a week, daily" is none.
		(count === null && every === 1 && unit === "day" && first?.unit === "day" && first.every === 1);
	return others.every(fits) ? first : "disagree";
}

function onWeekdays(period: SaidPeriod, weekdays: number[], times: number[], remarks: string[]): Understood {
	const { unit, every, count } = period;
	const isWeekly = unit === "week" && every === 1;
	if (isWeekly && count !== null && count !== weekdays.length) {
		return notUnderstood(`it says ${count} a week and names ${weekdays.length} days`);
	}
	if (!isWeekly && !isDaily(period)) return notUnderstood("it names days of the week and another period");
	const doses = (isWeekly ? null : count) ?? Math.max(1, times.length);
	return scheduled(doses, { unit: "day", every: 1 }, weekdays, anchored(period, times), remarks);
}

/** "every 8 hours" with one time: the others follow from it. */
function anchored({ hours, count }: SaidPeriod, times: number[]): number[] {
	const [first] = times;
	if (hours === undefined || first === undefined || times.length > 1) return times;
	return ascending(Array.from({ length: count ?? 1 }, (_, index) => (first + index * hours * 60) % 1440));
}

function scheduled(
	doses: number,
	{ every, unit }: Period,
	weekdays: number[],
	given: number[],
	remarks: string[],
): Understood {
	if (doses > mostDoses) return notUnderstood(`${doses} doses are too many`);
	const fits = given.length === doses;
	const times = fits ? given.map(clockText) : [];
	if (!fits && given.length > 0) {
		remarks.push(
			`${given.length === 1 ? "one time" : `${given.length} times`} of day for ${doses} doses: any time counts`,
		);
	}
	return { kind: "scheduled", doses, period: { every, unit }, weekdays, times, remarks };
}

function inWords({ doses, period, weekdays, times }: Omit<Scheduled, "words">, takenIn: string): string {
	const { every, unit } = period;
	const names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
	const amount = `${doses} ${takenIn}${doses === 1 ? "" : "s"}`;
	const days = weekdays.length > 0 ? ` on ${weekdays.map((number) => names[number - 1]).join(", ")}` : undefined;
	const often = days ?? (every === 1 ? ` a ${unit}` : ` every ${every} ${unit}s`);
	return `${amount}${often}${times.length > 0 ? `, at ${times.join(" and ")}` : ""}`;
}

function isDaily({ unit, every }: Period): boolean {
	return unit === "day" && every === 1;
}

function ascending(numbers: readonly number[]): number[] {
	return [...new Set(numbers)].sort((a, b) => a - b);
}

function clockText(minutes: number): string {
	return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
