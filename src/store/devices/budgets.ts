import { type RawBuilder, sql } from "kysely";
import type { Transaction } from "../database.ts";

/** By how much a vendor's clock may be behind ours: whoever comes too early for a window is refused for all of it. */
const behind = sql`interval '5 seconds'`;

/** Whether a window may not have ended yet. */
function isRunning(now: string): RawBuilder<boolean> {
	return sql<boolean>`ends_at > ${now}::timestamptz - ${behind}`;
}

/** One window of a vendor's rate limit, as its headers told. */
export interface Reading {
	readonly name: string;
	readonly limit: number;
	readonly used: number;
	/** ISO. */
	readonly endsAt: string;
}

/**
 * Counts requests about to be made against every running window of a vendor; when one is spent, counts nothing. Windows are locked in the order of
 * their names, as {@link noteLimits} does: whoever took them otherwise would wait for one another.
 *
 * @param now ISO
 * @returns the moment a spent window has surely ended; and whether there was a window to count against
 */
export async function spendRequests(
	tx: Transaction,
	vendor: string,
	now: string,
	count: number,
): Promise<{ readonly until: string | null; readonly isCounted: boolean }> {
	const rows = await tx.query(sql<{ until: string | null; isCounted: boolean }>`
		with locked as (select name, most, used, ends_at from devices.budget where vendor = ${vendor} and ${isRunning(now)} order by name for update),
			spent as (select max(ends_at) filter (where used >= most) + ${behind} as until, count(*) > 0 as "isCounted" from locked),
			counted as (update devices.budget b set used = b.used + ${count}::int from locked l, spent
				where b.vendor = ${vendor} and b.name = l.name and spent.until is null)
		select until, "isCounted" from spent`);
	return rows[0] as (typeof rows)[0];
}

/** Takes requests of a connection's vendor back that were counted and are not made: a `with` for another statement, in the same order of locks. */
export function uncounting(connectionId: number, count: number, now: string): RawBuilder<unknown> {
	return sql`with locked as (select b.vendor, b.name from devices.budget b join public.device_connections d on d.device_type = b.vendor
				where d.id = ${connectionId}::int and ${isRunning(now)} order by b.name for update of b),
			uncounted as (update devices.budget b set used = greatest(0, b.used - ${count}::int) from locked l
				where b.vendor = l.vendor and b.name = l.name)`;
}

/**
 * Takes over what headers told. Within a window, whose end vendors tell to the minute, the higher count holds: requests of other servers may be
 * under way.
 */
export async function noteLimits(
	tx: Transaction,
	vendor: string,
	now: string,
	readings: readonly Reading[],
): Promise<void> {
	if (readings.length === 0) return;
	await tx.query(sql`
		insert into devices.budget as b (vendor, name, most, used, ends_at)
		select ${vendor}, name, "limit", used, "endsAt"
		from json_to_recordset(${JSON.stringify(readings)}::json) as r(name text, "limit" int, used int, "endsAt" timestamptz) order by name
		on conflict (vendor, name) do update set most = excluded.most, ends_at = excluded.ends_at,
			used = case when b.ends_at > ${now}::timestamptz - ${behind} and excluded.ends_at < b.ends_at + interval '1 minute'
				then greatest(b.used, excluded.used) else excluded.used end`);
}

/** The name of the window a refusal closes. */
const refusal = "refused";

/** Has nothing asked of a vendor until then, after a 429. */
export async function closeWindow(tx: Transaction, vendor: string, until: string): Promise<void> {
	await tx.query(sql`
		insert into devices.budget as b (vendor, name, most, used, ends_at) values (${vendor}, ${refusal}, 1, 1, ${until}::timestamptz)
		on conflict (vendor, name) do update set used = greatest(b.used, b.most), ends_at = greatest(b.ends_at, excluded.ends_at)`);
}

/**
 * Whether a row of devices.budget limits anything: a window that has ended begins again as it was, but for one that a refusal closed, or that
 * allowed next to nothing, which is looked at anew.
 */
export function counts(now: string): RawBuilder<boolean> {
	return sql<boolean>`(${isRunning(now)} or (name <> ${refusal} and most > 1))`;
}

/** Requests such a row leaves. */
export function left(now: string): RawBuilder<number> {
	return sql<number>`case when ${isRunning(now)} then greatest(0, most - used) else most end`;
}

/** What a vendor's windows leave, and for whom. */
export interface BudgetLeft {
	/** Requests left in the tightest one; null where no limit is known. */
	readonly left: number | null;
	/** Requests left until half of the tightest one is used. */
	readonly leftOfHalf: number | null;
	/** When the last of those has surely ended of which all is used, or half; ISO, null for none. */
	readonly spentUntil: string | null;
	readonly halfUntil: string | null;
	/**
	 * Up to how many requests of the window all could have that want some now – they are due, or in a moment, have a turn to come, or are at it –, of
	 * which nobody loses what they had (max-min; of others' runs only those that have ended are known); null where no limit is known.
	 */
	readonly level: number | null;
	readonly levelOfHalf: number | null;
	/** What this connection had of the window by runs that have ended. */
	readonly had: number;
}

/** How long a turn that was given out is believed to begin still; longer than the queue tries. */
const turnHours = 1;

/**
 * What is left of a vendor's limits, up to where for each, and what one connection had of it.
 *
 * @param made requests of this connection's run so far
 */
export async function budgetLeft(
	tx: Transaction,
	vendor: string,
	{ connectionId, made }: { connectionId: number; made: number },
	now: string,
): Promise<BudgetLeft> {
	const had = sql`case when spent_until > ${now}::timestamptz then spent_requests else 0 end as had`;
	const rows = await tx.query(sql<BudgetLeft>`
		with wanting as (
				select connection_id, ${had} from devices.connection
					where state = 'connected' and next_sync_at <= ${now}::timestamptz + interval '1 minute'
				union select connection_id, ${had} from devices.connection
					where state = 'connected' and lease_holder is not null and lease_until > now()
				union select connection_id, ${had} from devices.connection
					where state = 'connected' and turn_at > ${now}::timestamptz - make_interval(hours => ${sql.lit(turnHours)})
				union select connection_id, ${had} from devices.connection where connection_id = ${connectionId}::int),
			shares as (select row_number() over least as others, sum(had) over least as had
				from (select had + case when connection_id = ${connectionId}::int then ${made}::int else 0 end as had
					from wanting join public.device_connections d on d.id = connection_id
					where d.device_type = ${vendor} and (d.is_active is true or d.id = ${connectionId}::int)) w
				window least as (order by had rows unbounded preceding))
		select b.left, b."leftOfHalf", b."spentUntil", b."halfUntil",
			coalesce((select floor(min((b.left + had) / others)) from shares), b.left)::int as level,
			coalesce((select floor(min((b."leftOfHalf" + had) / others)) from shares), b."leftOfHalf")::int as "levelOfHalf",
			coalesce((select had from wanting where connection_id = ${connectionId}::int), 0) as had
		from (select min(${left(now)})::int as left,
				min(case when ${isRunning(now)} then greatest(0, most / 2 - used) else most / 2 end)::int as "leftOfHalf",
				max(ends_at) filter (where ${isRunning(now)} and used >= most) + ${behind} as "spentUntil",
				max(ends_at) filter (where ${isRunning(now)} and used >= most / 2) + ${behind} as "halfUntil"
			from devices.budget where vendor = ${vendor} and ${counts(now)}) b`);
	return rows[0] as BudgetLeft;
}
