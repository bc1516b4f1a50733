import type { Reading, Source, Written } from "./reading.ts";
import { type AlertRule, isGraver, type PersonalLimits, type Severity } from "./rule.ts";
import { isRecovered, risesIn, type Violation, violationOf } from "./violation.ts";

/** A measurement that is older than this when it arrives raises nothing: who sends last year's record wants no alarm. */
export const freshMilliseconds = 24 * 3_600_000;

/** Clocks of devices may be ahead a little. */
const aheadMilliseconds = 10 * 60_000;

/** After people have ended an alert, the same rule keeps quiet for so long, unless it becomes graver. */
export const quietMinutes = 60;

/** How many days of weights decide about rises: twice the longest time a rise may take, and a little. */
export const weightDays = 16;

/** What stands. Times in milliseconds since 1970. */
export interface Standing {
	readonly alertId: number;
	readonly severity: Severity;
	readonly firstAt: number;
	readonly lastAt: number;
	readonly baseline: number | null;
}

/** What a cause is: a row of a table, or a day on which something of a person is absent. */
type CauseSource = Source | `absence ${number}`;

/** What an alert was raised for. */
export interface KnownCause {
	readonly source: CauseSource;
	readonly id: number;
	readonly alertId: number | null;
	readonly severity: Severity;
	readonly at: number;
}

/** One rule and one person, with all that decides. */
export interface Situation {
	readonly rule: AlertRule;
	readonly limits: PersonalLimits;
	readonly now: number;
	/** The alert that stands. */
	readonly standing: Standing | undefined;
	/** The one people have ended just now. */
	readonly quiet: { readonly alertId: number; readonly severity: Severity } | undefined;
	/** What is known of the rows written, and, if rows were changed, of the alert that stands. */
	readonly causes: readonly KnownCause[];
	readonly written: readonly Written[];
	/** The latest reading that could end the alert. */
	readonly latest: Reading | undefined;
	/** For rises: the weights of the last days, ascending. */
	readonly weights: readonly Reading[];
}

/** A reading that violates. */
export interface Found extends Violation {
	readonly source: CauseSource;
	readonly id: number;
	readonly at: number;
}

/** What is to be done about one rule and one person. */
export interface Decision {
	/** An alert to raise; `over`: the reading that already ended it. */
	readonly raise?: {
		readonly worst: Found;
		readonly firstAt: number;
		readonly lastAt: number;
		readonly over?: Reading;
	};
	/** How the alert that stands changes. */
	readonly change?: {
		readonly worst?: Found;
		readonly severity: Severity;
		readonly firstAt: number;
		readonly lastAt: number;
	};
	/** How the alert that stands ends: by a later reading, or because its causes were none. */
	readonly end?: "recovery" | "withdrawal";
	/** Causes to keep: of the new alert, of the one that stands, or of the one people ended. */
	readonly keep: readonly (Found & { readonly of: "raised" | "standing" | "quiet" })[];
	/** Causes that are none any more. */
	readonly drop: readonly KnownCause[];
}

/** Decides what follows for one rule and one person. Pure; the same situation gives the same decision. */
export function decide(situation: Situation): Decision {
	const { standing, quiet, causes } = situation;
	const found = violations(situation);
	const known = new Map(causes.map((cause) => [keyOf(cause), cause]));
	const violating = new Set(found.map(keyOf));
	const looked = lookedAt(situation);
	const drop = causes.filter((cause) => looked.has(keyOf(cause)) && !violating.has(keyOf(cause)));
	const fresh = found.filter((one) => {
		const cause = known.get(keyOf(one));
		return cause === undefined ? isFresh(one.at, situation.now) : isGraver(one.severity, cause.severity);
	});
	if (standing !== undefined) return aboutStanding(situation, standing, found, fresh, drop);
	if (fresh.length === 0) return { keep: [], drop };
	const worst = worstOf(fresh);
	if (quiet !== undefined && !isGraver(worst.severity, quiet.severity))
		return { keep: fresh.map((one) => ({ ...one, of: "quiet" as const })), drop };
	const lastAt = Math.max(...fresh.map(({ at }) => at));
	const over = endOf(situation, lastAt, worst.baseline ?? null);
	const raise = {
		worst,
		firstAt: Math.min(...fresh.map(({ at }) => at)),
		lastAt,
		...(over === undefined ? {} : { over }),
	};
	return { raise, keep: fresh.map((one) => ({ ...one, of: "raised" as const })), drop };
}

function aboutStanding(
	situation: Situation,
	standing: Standing,
	found: readonly Found[],
	fresh: readonly Found[],
	drop: readonly KnownCause[],
): Decision {
	const keep = fresh.map((one) => ({ ...one, of: "standing" as const }));
	const mine = situation.causes.filter(({ alertId }) => alertId === standing.alertId);
	const remaining = mine.filter((cause) => !drop.includes(cause));
	// All causes are known only where rows were changed; otherwise nothing can have been dropped.
	if (drop.some(({ alertId }) => alertId === standing.alertId) && remaining.length === 0 && fresh.length === 0)
		return { end: "withdrawal", keep, drop };
	const now = new Map<string, Found>(found.map((one) => [keyOf(one), one]));
	const standingCauses = remaining.map((cause) => now.get(keyOf(cause)) ?? cause);
	const all = [...standingCauses, ...fresh];
	const reduced = drop.length > 0 || standingCauses.some((one, index) => one.severity !== remaining[index]?.severity);
	const gravest = (list: readonly { severity: Severity }[], from: Severity) =>
		list.reduce((worst, { severity }) => (isGraver(severity, worst) ? severity : worst), from);
	const severity = reduced ? gravest(all, all[0]?.severity ?? standing.severity) : gravest(fresh, standing.severity);
	const times = fresh.map(({ at }) => at);
	const firstAt = Math.min(standing.firstAt, ...times);
	const lastAt = Math.max(standing.lastAt, ...times);
	const reading = endOf(situation, lastAt, standing.baseline);
	const worst = fresh.length > 0 && isGraver(severity, standing.severity) ? worstOf(fresh) : undefined;
	const isChanged = severity !== standing.severity || firstAt !== standing.firstAt || lastAt !== standing.lastAt;
	return {
		...(isChanged ? { change: { severity, firstAt, lastAt, ...(worst === undefined ? {} : { worst }) } } : {}),
		...(reading === undefined ? {} : { end: "recovery" as const }),
		keep: [
			...keep,
			...found.filter((one) => isMilder(one, remaining)).map((one) => ({ ...one, of: "standing" as const })),
		],
		drop,
	};
}

/** A known cause that is less grave since its row was corrected. */
function isMilder(one: Found, causes: readonly KnownCause[]): boolean {
	const cause = causes.find((each) => keyOf(each) === keyOf(one));
	return cause !== undefined && isGraver(cause.severity, one.severity);
}

function violations({ rule, limits, now, written, weights }: Situation): Found[] {
	if (rule.condition.kind === "rise") {
		const rises = risesIn(rule, weights);
		return weights.filter(isLookedAt(now)).flatMap(({ source, id, at }) => {
			const violation = rises.get(id);
			return violation === undefined ? [] : [{ ...violation, source, id, at }];
		});
	}
	return written.flatMap(({ reading }) => {
		const violation = reading === undefined ? undefined : violationOf(rule, reading, limits);
		if (reading === undefined || violation === undefined) return [];
		return [{ ...violation, source: reading.source, id: reading.id, at: reading.at }];
	});
}

/** The rows whose violations are known now. */
function lookedAt({ rule, now, written, weights }: Situation): ReadonlySet<string> {
	if (rule.condition.kind !== "rise") return new Set(written.map(keyOf));
	const gone = written.filter(({ reading }) => reading?.values.weight === undefined);
	return new Set([...weights.filter(isLookedAt(now)), ...gone].map(keyOf));
}

/** Whether all the weights one may have risen from are among the recent ones. */
function isLookedAt(now: number): (reading: Reading) => boolean {
	return ({ at }) => at >= now - (weightDays / 2) * 24 * 3_600_000;
}

/** The reading that ends what was raised: later than its last cause, and well inside the limits. */
function endOf(
	{ rule, limits, latest, weights }: Situation,
	lastAt: number,
	baseline: number | null,
): Reading | undefined {
	if (rule.condition.kind === "rise") {
		const last = weights.at(-1);
		const allowed = rule.recovery?.weight;
		if (last?.values.weight === undefined || allowed === undefined || baseline === null) return undefined;
		return last.at > lastAt && last.values.weight <= baseline + allowed ? last : undefined;
	}
	if (latest === undefined || latest.at <= lastAt) return undefined;
	if (rule.condition.kind === "absence") return latest;
	return isRecovered(rule, latest, limits) ? latest : undefined;
}

function worstOf(found: readonly Found[]): Found {
	return found.reduce((worst, one) => {
		if (one.severity !== worst.severity) return isGraver(one.severity, worst.severity) ? one : worst;
		return Math.abs(one.value - one.limit) > Math.abs(worst.value - worst.limit) ? one : worst;
	});
}

function isFresh(at: number, now: number): boolean {
	return at >= now - freshMilliseconds && at <= now + aheadMilliseconds;
}

function keyOf({ source, id }: { readonly source: string; readonly id: number }): string {
	return `${source}/${id}`;
}
