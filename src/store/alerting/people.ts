import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** What rules need to know of a person. */
export interface WatchedPerson {
	readonly user_id: number;
	readonly timezone: string | null;
	readonly max_heart_rate: number | null;
	readonly target_heart_rate: number | null;
	readonly resting_heart_rate: number | null;
	readonly blood_pressure_goal: string | null;
	readonly weight_goal: number | null;
	/** Ids of rules whose alerts stand. */
	readonly open: readonly string[];
}

/** People with the limits of the profile that represents them, and what stands about them. */
export async function watchedPeople(tx: Transaction, userIds: readonly number[]): Promise<WatchedPerson[]> {
	return tx.query(sql<WatchedPerson>`
		select u.id as user_id, u.timezone, p.max_heart_rate, p.target_heart_rate, p.resting_heart_rate, p.blood_pressure_goal, p.weight_goal,
			array(select r.rule_id from alerting.raised r where r.user_id = u.id and r.open) as open
		from public.users u
			left join fhir.person s on s.user_id = u.id and s.subject
			left join public.patients p on p.id = s.patient_id
		where u.id = any(${sql.val([...userIds])}::int[])`);
}

/** What an admin changed about a rule. */
export interface RuleChange {
	readonly rule_id: string;
	readonly enabled: boolean;
	/** JSON. */
	readonly levels: string;
	/** JSON; null where only people end the alert. */
	readonly recovery: string | null;
	readonly changed_by: number;
	readonly changed_at: string;
}

/** All changes of rules. */
export async function ruleChanges(tx: Transaction): Promise<RuleChange[]> {
	return tx.query(sql<RuleChange>`
		select rule_id, enabled, levels::text as levels, recovery::text as recovery, changed_by, changed_at from alerting.rule_change`);
}

/** Keeps a change of a rule, in place of an earlier one. */
export async function keepRuleChange(
	tx: Transaction,
	change: Pick<RuleChange, "rule_id" | "enabled" | "levels" | "recovery">,
): Promise<void> {
	await tx.query(sql`
		insert into alerting.rule_change (rule_id, enabled, levels, recovery, changed_by)
		values (${change.rule_id}, ${change.enabled}, ${change.levels}::jsonb, ${change.recovery}::jsonb, ${tx.caller.userId})
		on conflict (rule_id) do update set (enabled, levels, recovery, changed_by, changed_at)
			= (excluded.enabled, excluded.levels, excluded.recovery, excluded.changed_by, now())`);
}

/** Takes an admin's change of a rule back. */
export async function dropRuleChange(tx: Transaction, ruleId: string): Promise<void> {
	await tx.query(sql`delete from alerting.rule_change where rule_id = ${ruleId}`);
}
