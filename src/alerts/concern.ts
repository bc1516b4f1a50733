import { freshMilliseconds, weightDays } from "./decide.ts";
import { type Source, sourceOf, type Written } from "./reading.ts";
import { type AlertRule, measuresOf } from "./rule.ts";
import { speaksTo, violationOf } from "./violation.ts";
import type { Known } from "./watch.ts";

/** A rule to be looked at for a person, as something written may make it raise, change or end an alert. */
export interface Concern {
	readonly rule: AlertRule;
	readonly userId: number;
}

/**
 * What has to be looked at because of rows that were written; for nearly all of them nothing: values within the limits, and nothing that
 * stands. Pure, and runs on every write.
 */
export function concernsOf(written: readonly Written[], known: Known, now: number): Concern[] {
	const found = new Map<string, Concern>();
	for (const one of written) {
		const { open } = known.person(one.userId);
		for (const rule of known.rules) {
			if (watches(rule, one) && concerns(rule, one, open, known, now))
				found.set(`${one.userId} ${rule.id}`, { rule, userId: one.userId });
		}
	}
	return [...found.values()];
}

function concerns(rule: AlertRule, one: Written, open: ReadonlySet<string>, known: Known, now: number): boolean {
	const { reading } = one;
	// What was changed may have been a cause, whatever it is now.
	if (open.has(rule.id)) return !one.isNew || reading === undefined || speaksTo(rule, reading) || isAbsence(rule);
	if (reading === undefined || isAbsence(rule)) return false;
	const age = now - reading.at;
	if (rule.condition.kind === "rise") return reading.values.weight !== undefined && age < weightDays * 24 * 3_600_000;
	if (age > freshMilliseconds) return false;
	return violationOf(rule, reading, known.person(one.userId).limits) !== undefined;
}

/** Whether a rule looks at rows of this table. */
function watches(rule: AlertRule, { source }: Written): boolean {
	if (isAbsence(rule)) return rule.id === "no-vitals" && source === "vitals_samples";
	const known = sourcesKnown.get(rule) ?? new Set(measuresOf(rule).map(sourceOf));
	sourcesKnown.set(rule, known);
	return known.has(source);
}

/** Asked for every row that is written. */
const sourcesKnown = new WeakMap<AlertRule, ReadonlySet<Source | undefined>>();

function isAbsence({ condition }: AlertRule): boolean {
	return condition.kind === "absence";
}
