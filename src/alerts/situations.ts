import {
	causesOf,
	type Episode,
	episodesOf,
	latestKey,
	latestRows,
	lockPeople,
	recentWeights,
} from "../store/alerting/episodes.ts";
import type { Transaction } from "../store/database.ts";
import type { Concern } from "./concern.ts";
import { quietMinutes, type Situation, type Standing, weightDays } from "./decide.ts";
import { readingOf, sourceOf, type Written } from "./reading.ts";
import { isGraver, type Severity } from "./rule.ts";
import { recoveryMeasures } from "./violation.ts";
import type { Known } from "./watch.ts";

/** Everything that decides about some concerns, as it is while nobody else decides about these people. */
export async function situationsOf(
	tx: Transaction,
	concerns: readonly Concern[],
	written: readonly Written[],
	known: Known,
	now: number,
): Promise<{ concern: Concern; situation: Situation }[]> {
	const userIds = [...new Set(concerns.map(({ userId }) => userId))];
	lockPeople(tx, userIds);
	const episodes = await episodesOf(tx, userIds, quietMinutes);
	const isRise = ({ rule }: Concern) => rule.condition.kind === "rise";
	const anyChanged = written.some(({ isNew }) => !isNew);
	const whole = concerns.flatMap((one) => {
		const standing = anyChanged || isRise(one) ? standingOf(episodes, one) : undefined;
		return standing === undefined ? [] : [standing.alertId];
	});
	const rises = concerns.filter(isRise).map(({ userId }) => userId);
	const wanted = concerns.filter((one) => !isRise(one)).map((one) => ({ one, latest: latestWanted(one) }));
	const [causes, weightRows, vitals, exercise] = await Promise.all([
		causesOf(tx, written, whole),
		recentWeights(tx, [...new Set(rises)], weightDays),
		latestRows(
			tx,
			"vitals_samples",
			wanted.flatMap(({ one, latest }) => (tableOf(one) === "vitals_samples" ? [latest] : [])),
		),
		latestRows(
			tx,
			"exercise_logs",
			wanted.flatMap(({ one, latest }) => (tableOf(one) === "exercise_logs" ? [latest] : [])),
		),
	]);
	const weights = Map.groupBy(
		weightRows.map((row) => readingOf("vitals_samples", row)),
		({ userId }) => userId,
	);
	return concerns.map((concern) => {
		const { rule, userId } = concern;
		const source = tableOf(concern);
		const row = (source === "vitals_samples" ? vitals : exercise).get(latestKey(latestWanted(concern)));
		return {
			concern,
			situation: {
				rule,
				limits: known.person(userId).limits,
				now,
				standing: standingOf(episodes, concern),
				quiet: quietOf(episodes, concern),
				causes: causes
					.filter((one) => one.rule_id === rule.id && one.user_id === userId)
					.map((one) => ({
						source: one.source_table as Written["source"],
						id: one.source_id,
						alertId: one.alert_id,
						severity: one.severity as Severity,
						at: Date.parse(one.at),
					})),
				written: written.filter((one) => one.userId === userId && one.source === source),
				latest: row === undefined ? undefined : readingOf(source, row),
				weights: isRise(concern) ? (weights.get(userId) ?? []) : [],
			},
		};
	});
}

/** The latest reading that could end what a rule raised. */
function latestWanted({ rule, userId }: Concern): { userId: number; properties: readonly string[] } {
	const measures = rule.condition.kind === "absence" ? [] : recoveryMeasures(rule);
	const property = (measure: string) =>
		measure === "peakHeartRate" ? "maxHeartRate" : measure === "meanHeartRate" ? "avgHeartRate" : measure;
	return { userId, properties: measures.map(property) };
}

function tableOf({ rule }: Concern): Written["source"] {
	const [first] = recoveryMeasures(rule).concat(Object.keys(rule.levels[0]?.at ?? {}) as never);
	return (first === undefined ? undefined : sourceOf(first)) ?? "vitals_samples";
}

/** What stands about a rule and a person. */
export function standingOf(episodes: readonly Episode[], { rule, userId }: Concern): Standing | undefined {
	const episode = episodes.find((one) => one.open && one.user_id === userId && one.rule_id === rule.id);
	if (episode === undefined) return undefined;
	return {
		alertId: episode.alert_id,
		severity: episode.severity as Severity,
		firstAt: Date.parse(episode.first_at),
		lastAt: Date.parse(episode.last_at),
		baseline: episode.baseline,
	};
}

/** The gravest that people ended just now. */
export function quietOf(episodes: readonly Episode[], { rule, userId }: Concern): Situation["quiet"] {
	let quiet: Situation["quiet"];
	for (const one of episodes) {
		if (one.open || one.user_id !== userId || one.rule_id !== rule.id) continue;
		const severity = one.severity as Severity;
		if (quiet === undefined || isGraver(severity, quiet.severity)) quiet = { alertId: one.alert_id, severity };
	}
	return quiet;
}
