import { sql } from "kysely";
import { Alerts } from "../../tables/alerts.ts";
import { ExerciseLogs } from "../../tables/exercise-logs.ts";
import { VitalsSamples } from "../../tables/vitals-samples.ts";
import { editRows } from "../change/edit-rows.ts";
import type { Transaction } from "../database.ts";
import { columnOf, readableColumns, selection } from "../row-columns.ts";
import { insertRows, type RowValues } from "../rows.ts";

/** An alert that a rule raised, as far as the rule cares. */
export interface Episode {
	readonly alert_id: number;
	readonly rule_id: string;
	readonly user_id: number;
	readonly open: boolean;
	readonly severity: string;
	readonly first_at: string;
	readonly last_at: string;
	readonly baseline: number | null;
	readonly closed_at: string | null;
	readonly closed_by: string | null;
}

/** What an alert was raised for. */
export interface Cause {
	readonly rule_id: string;
	readonly source_table: string;
	readonly source_id: number;
	readonly user_id: number;
	readonly alert_id: number | null;
	readonly severity: string;
	readonly at: string;
}

/** Number of the advisory-lock class: one place where all rules about a person wait for each other. */
const lockClass = 4013;

/** Nobody else evaluates rules about these people until the transaction ends. */
export function lockPeople(tx: Transaction, userIds: readonly number[]): void {
	tx.later(sql`
		select pg_advisory_xact_lock(${lockClass}::int, id)
		from (select distinct id from unnest(${sql.val([...userIds])}::int[]) as given(id) order by id offset 0) as people`);
}

const episode = sql`alert_id, rule_id, user_id, open, severity, first_at, last_at, baseline, closed_at, closed_by`;

/** What stands about some people, and what people ended within the last so many minutes. */
export async function episodesOf(
	tx: Transaction,
	userIds: readonly number[],
	withinMinutes: number,
): Promise<Episode[]> {
	return tx.query(sql<Episode>`
		select ${episode} from alerting.raised
		where user_id = any(${sql.val([...userIds])}::int[])
			and (open or (closed_by = 'people' and closed_at > now() - make_interval(mins => ${withinMinutes}::int)))`);
}

/** Everything that stands of some rules. */
export async function openEpisodes(tx: Transaction, ruleIds: readonly string[]): Promise<Episode[]> {
	return tx.query(sql<Episode>`
		select ${episode} from alerting.raised where open and rule_id = any(${sql.val([...ruleIds])}::text[])`);
}

/** The causes that some rows are, and all those of some alerts. */
export async function causesOf(
	tx: Transaction,
	rows: readonly { readonly source: string; readonly id: number }[],
	alertIds: readonly number[],
): Promise<Cause[]> {
	return tx.query(sql<Cause>`
		select rule_id, source_table, source_id, user_id, alert_id, severity, at from alerting.cause
		where alert_id = any(${sql.val([...alertIds])}::int[])
		union
		select c.rule_id, c.source_table, c.source_id, c.user_id, c.alert_id, c.severity, c.at
		from json_to_recordset(${JSON.stringify(rows.map(({ source, id }) => ({ source, id })))}::json) as w(source text, id int)
			join alerting.cause c on c.source_table = w.source and c.source_id = w.id`);
}

/** The person and measures a latest row is wanted for. */
export interface LatestWanted {
	readonly userId: number;
	/** Properties that must have a value. */
	readonly properties: readonly string[];
}

/** What is kept apart by {@link latestKey}. */
export type Latest = Map<string, RowValues>;

/** What {@link latestRows} calls a wanted row by. */
export function latestKey({ userId, properties }: LatestWanted): string {
	return `${userId} ${properties.join()}`;
}

/** The latest row of each person in which all the properties have a value; not older than 30 days, nor from the future. */
export async function latestRows(
	tx: Transaction,
	source: "vitals_samples" | "exercise_logs",
	wanted: readonly LatestWanted[],
): Promise<Latest> {
	if (wanted.length === 0) return new Map();
	const [entity, time] =
		source === "vitals_samples" ? ([VitalsSamples, "recorded_at"] as const) : ([ExerciseLogs, "completed_at"] as const);
	const latest: Latest = new Map();
	// One branch for each set of measures, so that its condition is plain and an index can be walked from its end.
	await Promise.all(
		[...Map.groupBy(wanted, ({ properties }) => properties.join()).values()].map(async (group) => {
			const properties = group[0]?.properties ?? [];
			const filled = properties.map((property) => sql`and t.${sql.ref(columnOf(entity, property).column)} is not null`);
			const rows = await tx.query(sql<RowValues>`
				select last.* from unnest(${sql.val(group.map(({ userId }) => userId))}::int[]) as wanted(who) cross join lateral (
					select ${selection(readableColumns(entity, tx.caller))} from public.${sql.ref(source)} t
					where t.user_id = wanted.who and t.${sql.ref(time)} > now() - interval '30 days'
						and t.${sql.ref(time)} < now() + interval '10 minutes' ${sql.join(filled, sql` `)}
					order by t.${sql.ref(time)} desc, t.id desc limit 1) as last`);
			for (const row of rows) latest.set(latestKey({ userId: row.userId as number, properties }), row);
		}),
	);
	return latest;
}

/** The weights of some people from the last days on, ascending in time. */
export async function recentWeights(tx: Transaction, userIds: readonly number[], days: number): Promise<RowValues[]> {
	if (userIds.length === 0) return [];
	return tx.query(sql<RowValues>`
		select t.id, t.user_id as "userId", t.recorded_at as "recordedAt", t.weight from public.vitals_samples t
		where t.user_id = any(${sql.val([...userIds])}::int[]) and t.weight is not null
			and t.recorded_at > now() - make_interval(days => ${days}::int) and t.recorded_at < now() + interval '10 minutes'
		order by t.user_id, t.recorded_at, t.id`);
}

/** An alert to be raised, with what its rule keeps. */
export interface NewEpisode {
	readonly alert: Readonly<Record<string, unknown>>;
	readonly raised: Omit<Episode, "alert_id">;
}

/** Raises alerts; gives their rows, in order. */
export async function raiseAlerts(tx: Transaction, episodes: readonly NewEpisode[]): Promise<RowValues[]> {
	if (episodes.length === 0) return [];
	const rows = await insertRows(
		tx,
		Alerts,
		episodes.map(({ alert }) => alert),
	);
	const raised = episodes.map((one, index) => ({ ...one.raised, alert_id: rows[index]?.id }));
	await tx.query(sql`
		insert into alerting.raised (${episode})
		select ${episode} from json_populate_recordset(null::alerting.raised, ${JSON.stringify(raised)}::json)`);
	return rows;
}

/** Keeps causes: new ones are added, those that are there are changed. */
export function keepCauses(tx: Transaction, causes: readonly Cause[]): void {
	if (causes.length === 0) return;
	tx.later(sql`
		insert into alerting.cause (rule_id, source_table, source_id, user_id, alert_id, severity, at)
		select rule_id, source_table, source_id, user_id, alert_id, severity, at
		from json_populate_recordset(null::alerting.cause, ${JSON.stringify(causes)}::json)
		on conflict (rule_id, source_table, source_id) do update
		set (alert_id, severity, at) = (excluded.alert_id, excluded.severity, excluded.at)`);
}

/** Forgets causes that are none any more. */
export function dropCauses(tx: Transaction, causes: readonly Cause[]): void {
	if (causes.length === 0) return;
	tx.later(sql`
		delete from alerting.cause c using json_populate_recordset(null::alerting.cause, ${JSON.stringify(causes)}::json) gone
		where (c.rule_id, c.source_table, c.source_id) = (gone.rule_id, gone.source_table, gone.source_id)`);
}

/** Changes of alerts that stand, by what their rule keeps and by their documented columns. */
export interface EpisodeChange {
	readonly alertId: number;
	readonly raised: Partial<Pick<Episode, "open" | "severity" | "first_at" | "last_at" | "closed_at" | "closed_by">>;
	readonly alert: Readonly<Record<string, unknown>>;
}

/** Changes alerts that stand. Alerts with the same columns are written together. */
export async function changeEpisodes(tx: Transaction, changes: readonly EpisodeChange[]): Promise<void> {
	if (changes.length === 0) return;
	const raised = changes.map(({ alertId, raised }) => ({ alert_id: alertId, ...raised }));
	// Before the alert, whose trigger takes an end that is not known yet for one by people.
	tx.later(sql`
		update alerting.raised r set (open, severity, first_at, last_at, closed_at, closed_by) = (coalesce(n.open, r.open),
			coalesce(n.severity, r.severity), coalesce(n.first_at, r.first_at), coalesce(n.last_at, r.last_at),
			coalesce(n.closed_at, r.closed_at), coalesce(n.closed_by, r.closed_by))
		from json_populate_recordset(null::alerting.raised, ${JSON.stringify(raised)}::json) n where n.alert_id = r.alert_id`);
	const edited = changes.filter(({ alert }) => Object.keys(alert).length > 0);
	if (edited.length > 0) {
		await editRows(
			tx,
			Alerts,
			edited.map(({ alertId, alert }) => ({ id: alertId, changes: alert })),
		);
	}
}
