import { sql } from "kysely";
import type { Transaction } from "./database.ts";

/** Alerts that are not resolved, most severe first and then newest. */
export interface OpenAlerts {
	readonly low: number;
	readonly medium: number;
	readonly high: number;
	readonly critical: number;
	readonly latest: readonly OpenAlert[];
}
interface OpenAlert {
	readonly id: number;
	readonly type: string;
	readonly severity: string | null;
	readonly title: string;
	readonly createdAt: string;
}

/** A person's open alerts: how many of each severity (those without one count as low), and the first `most`. */
export async function openAlerts(tx: Transaction, userId: number, most: number): Promise<OpenAlerts> {
	type Found = OpenAlert & { readonly rank: number; readonly among: number };
	const rows = await tx.query(sql<Found>`
		select id, type, severity, title, created_at as "createdAt", rank, among::int from (
			select a.*, count(*) over (partition by rank) as among, row_number() over (order by rank, created_at desc, id desc) as place,
				row_number() over (partition by rank order by created_at desc, id desc) as in_rank
			from (select a.*, array_position(array['critical', 'high', 'medium', 'low'], coalesce(a.severity, 'low')::text) as rank
				from public.alerts a where a.user_id = ${userId}::int and a.is_resolved is not true) a) ranked
		where place <= ${most}::int or in_rank = 1 order by place`);
	const amongRank = (rank: number) => rows.find((row) => row.rank === rank)?.among ?? 0;
	return {
		critical: amongRank(1),
		high: amongRank(2),
		medium: amongRank(3),
		low: amongRank(4),
		latest: rows.slice(0, most).map(({ rank: _, among: __, ...alert }) => alert),
	};
}

/** A device a person has connected, and its last pull. */
export interface DeviceState {
	readonly id: number;
	readonly deviceType: string;
	readonly deviceName: string | null;
	readonly isActive: boolean | null;
	readonly lastSyncAt: string | null;
	readonly lastStatus: string | null;
	readonly lastStartedAt: string | null;
	readonly lastError: string | null;
	/** Failed pulls since the last one that did not fail. */
	readonly failedInARow: number;
}

/** How the pulls of a person's devices go. */
export async function deviceStates(tx: Transaction, userId: number): Promise<DeviceState[]> {
	return tx.query(sql<DeviceState>`
		select d.id, d.device_type as "deviceType", d.device_name as "deviceName", d.is_active as "isActive",
			d.last_sync_at as "lastSyncAt", l.status as "lastStatus", l.sync_started_at as "lastStartedAt",
			l.error_message as "lastError",
			(select count(*)::int from public.device_sync_logs f where f.device_connection_id = d.id and f.status = 'failed'
				and f.sync_started_at > coalesce((select max(g.sync_started_at) from public.device_sync_logs g
					where g.device_connection_id = d.id and g.status = 'success'), '-infinity')) as "failedInARow"
		from public.device_connections d left join lateral (
			select * from public.device_sync_logs l where l.device_connection_id = d.id
			order by l.sync_started_at desc, l.id desc limit 1) l on true
		where d.user_id = ${userId}::int order by d.id`);
}

/** The phase of therapy a week after the operation is in; undefined where none is. */
export async function phaseOfWeek(
	tx: Transaction,
	week: number,
): Promise<{ id: number; name: string; goals: string | null; restrictions: string | null } | undefined> {
	const rows = await tx.query(sql<{ id: number; name: string; goals: string | null; restrictions: string | null }>`
		select p.id, p.name, p.goals, p.restrictions from public.physical_therapy_phases p
		where ${week}::int between p.week_start and p.week_end order by p.week_start desc, p.id limit 1`);
	return rows[0];
}

/** What a person trained, and how they scored, in a stretch of time. */
export interface WeekFigures {
	readonly sessions: number;
	readonly exerciseMinutes: number;
	readonly meanScore: number | null;
}

/** The same for stretches of whole days; `from` and `before` as moments for what has a time, as dates for what has a day. */
export async function weekFigures(
	tx: Transaction,
	userId: number,
	weeks: readonly { from: string; before: string; firstDay: string; nextDay: string }[],
): Promise<WeekFigures[]> {
	const edge = (name: "from" | "before" | "firstDay" | "nextDay") => sql.val(weeks.map((week) => week[name]));
	return tx.query(sql<WeekFigures>`
		select e.sessions, e."exerciseMinutes", s."meanScore"
		from unnest(${edge("from")}::timestamptz[], ${edge("before")}::timestamptz[], ${edge("firstDay")}::date[],
			${edge("nextDay")}::date[]) with ordinality as w(starts, ends, first_day, next_day, number)
		cross join lateral (
			select count(*)::int as sessions, coalesce(sum(l.duration), 0)::int as "exerciseMinutes" from public.exercise_logs l
			where l.user_id = ${userId}::int and l.completed_at >= w.starts and l.completed_at < w.ends) e
		cross join lateral (
			select avg(d.overall_score)::float8 as "meanScore" from public.daily_scores d
			where d.user_id = ${userId}::int and d.date >= w.first_day and d.date < w.next_day) s
		order by w.number`);
}
