import { type Cause, changeEpisodes, dropCauses, keepCauses, raiseAlerts } from "../store/alerting/episodes.ts";
import type { Transaction } from "../store/database.ts";
import type { Concern } from "./concern.ts";
import type { Decision, Standing } from "./decide.ts";
import { isGraver, type Severity } from "./rule.ts";
import type { Known } from "./watch.ts";
import { endedMessage, messageOf } from "./words.ts";

/** An alert that people may have to be told of. */
export interface Raised {
	readonly alertId: number;
	readonly userId: number;
	readonly severity: Severity;
}

/** Hears of alerts that were raised or became graver, within their transaction. */
export type Announce = (tx: Transaction, raised: readonly Raised[]) => Promise<void>;

/** What is decided about one concern. */
export interface Decided {
	readonly concern: Concern;
	readonly decision: Decision;
	readonly standing: Standing | undefined;
	readonly quietAlertId: number | undefined;
}

/** Does what was decided, set-based. */
export async function carryOut(
	tx: Transaction,
	decided: readonly Decided[],
	known: Known,
	now: number,
	announce: Announce,
): Promise<void> {
	const raising = decided.filter(({ decision }) => decision.raise !== undefined);
	const rows = await raiseAlerts(
		tx,
		raising.map(({ concern, decision }) => newEpisode(concern, decision, known, now)),
	);
	const raisedId = new Map(raising.map(({ concern }, index) => [concern, rows[index]?.id as number]));
	const causes: Cause[] = decided.flatMap(({ concern, decision, standing, quietAlertId }) => {
		const ids = { raised: raisedId.get(concern), standing: standing?.alertId, quiet: quietAlertId };
		return decision.keep.map(({ of, source, id, severity, at }) => ({
			rule_id: concern.rule.id,
			source_table: source,
			source_id: id,
			user_id: concern.userId,
			alert_id: ids[of] ?? null,
			severity,
			at: new Date(at).toISOString(),
		}));
	});
	keepCauses(tx, causes);
	dropCauses(
		tx,
		decided.flatMap(({ concern, decision }) =>
			decision.drop.map((one) => ({
				rule_id: concern.rule.id,
				source_table: one.source,
				source_id: one.id,
				user_id: concern.userId,
				alert_id: one.alertId,
				severity: one.severity,
				at: new Date(one.at).toISOString(),
			})),
		),
	);
	await changeEpisodes(
		tx,
		decided.flatMap(({ concern, decision, standing }) =>
			standing === undefined ? [] : changesOf(concern, decision, standing, known, now),
		),
	);
	const graver = decided.flatMap(({ concern, decision, standing }): Raised[] => {
		const { raise, change, end } = decision;
		if (raise !== undefined && raise.over === undefined)
			return [{ alertId: raisedId.get(concern) as number, userId: concern.userId, severity: raise.worst.severity }];
		if (standing === undefined || change === undefined || end !== undefined) return [];
		if (!isGraver(change.severity, standing.severity)) return [];
		return [{ alertId: standing.alertId, userId: concern.userId, severity: change.severity }];
	});
	if (graver.length > 0) await announce(tx, graver);
}

function newEpisode({ rule, userId }: Concern, { raise }: Decision, known: Known, now: number) {
	if (raise === undefined) throw new Error("nothing to raise");
	const { worst, firstAt, lastAt, over } = raise;
	const { zone } = known.person(userId);
	const closed = over === undefined ? null : new Date(now).toISOString();
	const said = messageOf(rule, worst, zone);
	return {
		alert: {
			userId,
			type: rule.type,
			severity: worst.severity,
			title: rule.title,
			message: over === undefined ? said : `${said} ${endedMessage(over, zone)}`,
			isResolved: over !== undefined,
			...(closed === null ? {} : { resolvedAt: closed }),
			notified: false,
		},
		raised: {
			rule_id: rule.id,
			user_id: userId,
			open: over === undefined,
			severity: worst.severity,
			first_at: new Date(firstAt).toISOString(),
			last_at: new Date(lastAt).toISOString(),
			baseline: worst.baseline ?? null,
			closed_at: closed,
			closed_by: closed === null ? null : "recovery",
		},
	};
}

function changesOf({ rule, userId }: Concern, decision: Decision, standing: Standing, known: Known, now: number) {
	const { change, end } = decision;
	if (change === undefined && end === undefined) return [];
	const { zone } = known.person(userId);
	const closed = new Date(now).toISOString();
	return [
		{
			alertId: standing.alertId,
			raised: {
				...(change === undefined
					? {}
					: {
							severity: change.severity,
							first_at: new Date(change.firstAt).toISOString(),
							last_at: new Date(change.lastAt).toISOString(),
						}),
				...(end === undefined ? {} : { open: false, closed_at: closed, closed_by: end }),
			},
			alert: {
				...(change === undefined || change.severity === standing.severity ? {} : { severity: change.severity }),
				...(change?.worst === undefined ? {} : { message: messageOf(rule, change.worst, zone) }),
				...(end === undefined ? {} : { isResolved: true, resolvedAt: closed }),
			},
		},
	];
}
