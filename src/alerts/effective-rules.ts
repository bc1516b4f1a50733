import type { RuleChange } from "../store/alerting/people.ts";
import { defaultRules } from "./default-rules.ts";
import { type AlertRule, type Level, measuresOf, severities, type Thresholds } from "./rule.ts";

/** The rules as admins have made them. */
export function effectiveRules(changes: readonly RuleChange[]): AlertRule[] {
	const byId = new Map(changes.map((change) => [change.rule_id, change]));
	return defaultRules.map((rule) => {
		const change = byId.get(rule.id);
		if (change === undefined) return rule;
		return {
			...rule,
			enabled: change.enabled,
			levels: JSON.parse(change.levels) as Level[],
			recovery: change.recovery === null ? null : (JSON.parse(change.recovery) as Thresholds),
		};
	});
}

/** What may be changed about a rule. */
export interface RuleSettings {
	readonly enabled: boolean;
	readonly levels: readonly Level[];
	readonly recovery: Thresholds | null;
}

/** What is wrong with new settings of a rule: where, and why; none when they make sense. */
export function problemsOf(rule: AlertRule, { levels, recovery }: RuleSettings): { path: string; message: string }[] {
	const problems: { path: string; message: string }[] = [];
	const measures: ReadonlySet<string> = new Set(measuresOf(rule));
	const check = (thresholds: Thresholds, path: string) => {
		for (const measure of Object.keys(thresholds))
			if (!measures.has(measure))
				problems.push({ path: `${path}.${measure}`, message: `${rule.id} does not look at ${measure}` });
	};
	if (levels.length === 0)
		problems.push({ path: "levels", message: "at least one level; to silence a rule set enabled to false" });
	for (const [index, { severity, at }] of levels.entries()) {
		const path = `levels[${index}]`;
		check(at, `${path}.at`);
		if (Object.keys(at).length === 0) problems.push({ path: `${path}.at`, message: "at least one threshold" });
		const before = levels[index - 1];
		if (before === undefined) continue;
		if (severities.indexOf(severity) <= severities.indexOf(before.severity))
			problems.push({ path: `${path}.severity`, message: "levels go from the least grave on, each once" });
		for (const [measure, threshold] of Object.entries(at)) {
			const milder = before.at[measure as keyof Thresholds];
			if (milder !== undefined && (isBelow(rule) ? threshold >= milder : threshold <= milder))
				problems.push({ path: `${path}.at.${measure}`, message: "a graver level begins further out" });
		}
	}
	if (recovery === null) return problems;
	check(recovery, "recovery");
	for (const [measure, threshold] of Object.entries(recovery)) {
		const first = levels[0]?.at[measure as keyof Thresholds];
		if (first !== undefined && (isBelow(rule) ? threshold < first : threshold > first))
			problems.push({ path: `recovery.${measure}`, message: "an alert ends further inside than it begins" });
	}
	return problems;
}

function isBelow({ condition }: AlertRule): boolean {
	return condition.kind === "below";
}
