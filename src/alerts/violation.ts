import type { Reading } from "./reading.ts";
import {
	type AlertRule,
	type Measure,
	measuresOf,
	type PersonalLimits,
	type Severity,
	type Thresholds,
} from "./rule.ts";

/** That a measurement is beyond what a rule allows. */
export interface Violation {
	readonly severity: Severity;
	readonly measure: Measure;
	readonly value: number;
	/** The threshold that was reached, with the person's limit where it is relative to one. */
	readonly limit: number;
	/** What a weight rose from. */
	readonly baseline?: number;
}

/** What a reading violates of a rule about single values; the gravest. */
export function violationOf(rule: AlertRule, reading: Reading, limits: PersonalLimits): Violation | undefined {
	const { condition } = rule;
	if (condition.kind !== "above" && condition.kind !== "below") return undefined;
	let found: Violation | undefined;
	for (const { severity, at, beyond = false } of rule.levels) {
		for (const [measure, threshold] of Object.entries(at) as [Measure, number][]) {
			const value = reading.values[measure];
			const limit = limitOf(rule, measure, threshold, limits);
			if (value === undefined || limit === undefined) continue;
			const over = condition.kind === "above" ? value - limit : limit - value;
			if (beyond ? over <= 0 : over < 0) continue;
			// Of two measures the one that is further out, for its limit.
			if (found?.severity === severity && over / limit <= Math.abs(found.value - found.limit) / found.limit) continue;
			found = { severity, measure, value, limit };
		}
	}
	return found;
}

/** Whether a later reading ends what a rule about single values raised. */
export function isRecovered(rule: AlertRule, reading: Reading, limits: PersonalLimits): boolean {
	const { condition, recovery } = rule;
	if (recovery === null) return false;
	return Object.entries(recovery).every(([name, threshold]) => {
		const measure = name as Measure;
		const value = reading.values[measure];
		const limit = limitOf(rule, measure, threshold, limits);
		// A limit that is no more cannot be violated any longer.
		if (limit === undefined) return true;
		if (value === undefined) return false;
		return condition.kind === "above" ? value < limit : value > limit;
	});
}

/**
 * The weights that rose too far, by the ids of their rows, over the least weight of the hours before each.
 *
 * @param weights - of one person, ascending in time
 */
export function risesIn(rule: AlertRule, weights: readonly Reading[]): Map<number, Violation> {
	const { condition } = rule;
	const found = new Map<number, Violation>();
	if (condition.kind !== "rise") return found;
	const window = condition.withinHours * 3_600_000;
	for (const [index, { id, at, values }] of weights.entries()) {
		const value = values.weight;
		if (value === undefined) continue;
		const before = weights.slice(0, index).filter((one) => at - one.at <= window && one.values.weight !== undefined);
		const baseline = Math.min(...before.map((one) => one.values.weight as number));
		if (!Number.isFinite(baseline)) continue;
		// Pounds have two decimals at most: differences of binary fractions must not decide.
		const gain = Math.round((value - baseline) * 1000) / 1000;
		const violation = riseOf(rule, gain);
		if (violation !== undefined) found.set(id, { ...violation, measure: "weight", value, baseline });
	}
	return found;
}

function riseOf(rule: AlertRule, gain: number): Pick<Violation, "severity" | "limit"> | undefined {
	let found: Pick<Violation, "severity" | "limit"> | undefined;
	for (const { severity, at, beyond = false } of rule.levels) {
		const limit = at.weight;
		if (limit !== undefined && (beyond ? gain > limit : gain >= limit)) found = { severity, limit };
	}
	return found;
}

/** The severity of an absence that lasts so many days, or misses so many doses. */
export function absenceOf(rule: AlertRule, measure: Measure, value: number): Violation | undefined {
	let found: Violation | undefined;
	for (const { severity, at } of rule.levels) {
		const limit = at[measure];
		if (limit !== undefined && value >= limit) found = { severity, measure, value, limit };
	}
	return found;
}

/** The measures a reading must have to end what a rule raised. */
export function recoveryMeasures(rule: AlertRule): readonly Measure[] {
	return Object.keys(rule.recovery ?? ({} as Thresholds)) as Measure[];
}

/** Whether a reading says anything to a rule about single values. */
export function speaksTo(rule: AlertRule, reading: Reading): boolean {
	return measuresOf(rule).some((measure) => reading.values[measure] !== undefined);
}

function limitOf(
	{ condition }: AlertRule,
	measure: Measure,
	threshold: number,
	limits: PersonalLimits,
): number | undefined {
	const relativeTo = condition.kind === "above" || condition.kind === "below" ? condition.relativeTo : undefined;
	if (relativeTo === undefined) return threshold;
	const name = relativeTo[measure];
	const own = name === undefined ? null : limits[name];
	return own === null ? undefined : own + threshold;
}
