import { sql } from "kysely";
import { Alerts } from "../../tables/alerts.ts";
import type { Transaction } from "../database.ts";
import { readableColumns, selection } from "../row-columns.ts";
import type { RowValues } from "../rows.ts";

/** Which alerts are asked for. */
export interface InboxQuery {
	/** Whose; everybody's whose alerts the caller sees when left out. */
	readonly userId?: number | undefined;
	readonly unread?: boolean | undefined;
	readonly limit: number;
}

/** Whether the caller has read the alert `t`. */
const isRead = sql`exists (select 1 from alerting.read r where r.alert_id = t.id and r.user_id = (nullif(current_setting('app.user_id', true), ''))::integer)`;

const ofPerson = (userId: number | undefined) => (userId === undefined ? sql`true` : sql`t.user_id = ${userId}::int`);

/** The newest alerts the caller sees, with `isRead`. */
export async function recentAlerts(tx: Transaction, { userId, unread, limit }: InboxQuery): Promise<RowValues[]> {
	return tx.query(sql<RowValues>`
		select ${selection(readableColumns(Alerts, tx.caller))}, ${isRead} as "isRead" from public.alerts t
		where ${ofPerson(userId)} ${unread === undefined ? sql`` : unread ? sql`and not ${isRead}` : sql`and ${isRead}`}
		order by t.created_at desc, t.id desc limit ${limit}`);
}

/** How many alerts the caller has not read, by severity. */
export async function unreadAlerts(
	tx: Transaction,
	userId: number | undefined,
): Promise<{ severity: string | null; count: number; user_ids: number[] }[]> {
	return tx.query(sql<{ severity: string | null; count: number; user_ids: number[] }>`
		select t.severity, count(*)::int as count, array_agg(distinct t.user_id) as user_ids from public.alerts t
		where ${ofPerson(userId)} and not ${isRead} group by t.severity`);
}

/** Marks alerts as read by the caller; those not seen by the caller are left out. Gives whose alerts they are, one for each that was unread. */
export async function markRead(
	tx: Transaction,
	{ id, userId }: { readonly id?: number; readonly userId?: number | undefined },
): Promise<number[]> {
	const rows = await tx.query(sql<{ user_id: number }>`
		with marked as (
			insert into alerting.read (alert_id, user_id)
			select t.id, ${tx.caller.userId}::int from public.alerts t
			where ${ofPerson(userId)} and ${id === undefined ? sql`not ${isRead}` : sql`t.id = ${id}::int`}
			on conflict do nothing returning alert_id
		)
		select t.user_id from public.alerts t join marked m on m.alert_id = t.id`);
	return rows.map(({ user_id }) => user_id);
}
