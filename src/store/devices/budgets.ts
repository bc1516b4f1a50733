import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** One window of a vendor's rate limit, as its headers told. */
export interface Reading {
	readonly name: string;
	readonly limit: number;
	readonly used: number;
	/** ISO. */
	readonly endsAt: string;
}

/**
 * Counts requests about to be made against every running window of a vendor; when one is spent, counts nothing and gives the moment it ends.
 *
 * @param now ISO
 */
export async function spendRequests(
	tx: Transaction,
	vendor: string,
	now: string,
	count: number,
): Promise<string | undefined> {
	const rows = await tx.query(sql<{ until: string | null }>`
		with spent as (select max(ends_at) as until from devices.budget where vendor = ${vendor} and ends_at > ${now}::timestamptz and used >= most),
			counted as (update devices.budget b set used = b.used + ${count}::int from spent
				where b.vendor = ${vendor} and b.ends_at > ${now}::timestamptz and spent.until is null)
		select until from spent`);
	return rows[0]?.until ?? undefined;
}

/** Takes over what headers told. Within a window the higher count holds: requests of other servers may be under way. */
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
			used = case when b.ends_at > ${now}::timestamptz then greatest(b.used, excluded.used) else excluded.used end`);
}

/** Marks a window as spent, after a 429. */
export async function closeWindow(tx: Transaction, vendor: string, name: string, until: string): Promise<void> {
	await tx.query(sql`
		insert into devices.budget as b (vendor, name, most, used, ends_at) values (${vendor}, ${name}, 1, 1, ${until}::timestamptz)
		on conflict (vendor, name) do update set used = greatest(b.used, b.most), ends_at = greatest(b.ends_at, excluded.ends_at)`);
}

/** What a vendor's running windows leave. */
export interface BudgetLeft {
	/** Requests left in the tightest one; null where no limit is known. */
	readonly left: number | null;
	/** Requests left until half of the tightest one is used. */
	readonly leftOfHalf: number | null;
	/** When the last of those ends of which all is used, or half; ISO, null for none. */
	readonly spentUntil: string | null;
	readonly halfUntil: string | null;
	/** How many connections want some requests now. */
	readonly wanting: number;
}

/** What is left of a vendor's limits, and for how many. */
export async function budgetLeft(tx: Transaction, vendor: string, now: string): Promise<BudgetLeft> {
	const rows = await tx.query(sql<BudgetLeft>`
		select b.*, (select count(*) from (
				select connection_id from devices.connection where state = 'connected' and next_sync_at <= ${now}::timestamptz
				union select connection_id from devices.connection where state = 'connected' and lease_holder is not null and lease_until > now()
			) c join public.device_connections d on d.id = c.connection_id
			where d.device_type = ${vendor} and d.is_active is true)::int as wanting
		from (select min(greatest(0, most - used))::int as left, min(greatest(0, most / 2 - used))::int as "leftOfHalf",
				max(ends_at) filter (where used >= most) as "spentUntil", max(ends_at) filter (where used >= most / 2) as "halfUntil"
			from devices.budget where vendor = ${vendor} and ends_at > ${now}::timestamptz) b`);
	return rows[0] ?? { left: null, leftOfHalf: null, spentUntil: null, halfUntil: null, wanting: 1 };
}
