import { sql } from "kysely";
import { serverCaller } from "../../access/caller.ts";
import { Alerts } from "../../tables/alerts.ts";
import type { Database, Transaction } from "../database.ts";
import { readableColumns, selection } from "../row-columns.ts";
import type { RowValues } from "../rows.ts";

/** A place in the feed: everything up to it was seen. */
export interface FeedPlace {
	/** Number of a transaction, decimal. */
	readonly xid: string;
	readonly id: string;
}

/** One change of an alert. */
export interface FeedEvent {
	readonly place: FeedPlace;
	readonly alertId: number;
	readonly userId: number;
	readonly what: "raised" | "changed" | "resolved" | "deleted";
	/** As it is now; undefined when it is gone. */
	readonly alert: RowValues | undefined;
}

/** How long the feed remembers, in days. */
const keptDays = 7;

/** Where the feed ends at present, and where it begins. */
export async function feedEnds(tx: Transaction): Promise<{ end: FeedPlace; first: string | null; next: string }> {
	const rows = await tx.query(sql<{ xmin: string; xmax: string; first: string | null }>`
		select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, pg_snapshot_xmax(pg_current_snapshot())::text as xmax,
			(select f.xid::text from alerting.feed f order by f.xid limit 1) as first`);
	const { xmin = "0", xmax = "0", first = null } = rows[0] ?? {};
	return { end: { xid: xmin, id: "0" }, first, next: xmax };
}

/**
 * What the caller may see of the feed after a place, in its order. Only what lies before every transaction that is still under way is given,
 * so that nothing can come in between later; `more`: there is more by now, or will be at once.
 */
export async function feedAfter(
	tx: Transaction,
	place: FeedPlace,
	most: number,
): Promise<{ events: FeedEvent[]; more: boolean }> {
	interface Row extends RowValues {
		readonly xid: string;
		readonly event: string;
		readonly what: FeedEvent["what"];
		readonly alert_id: number;
		readonly owner: number;
		readonly complete: boolean;
	}
	const rows = await tx.query(sql<Row>`
		select f.xid::text as xid, f.id::text as event, f.what, f.alert_id, f.user_id as owner,
			f.xid < pg_snapshot_xmin(pg_current_snapshot()) as complete, ${selection(readableColumns(Alerts, tx.caller))}
		from alerting.feed f left join public.alerts t on t.id = f.alert_id
		where (f.xid, f.id) > (${place.xid}::text::xid8, ${place.id}::text::bigint)
		order by f.xid, f.id limit ${most}`);
	const waiting = rows.findIndex(({ complete }) => !complete);
	const complete = waiting < 0 ? rows : rows.slice(0, waiting);
	return {
		events: complete.map(({ xid, event, what, alert_id, owner, complete: _, ...alert }) => ({
			place: { xid, id: event },
			alertId: alert_id,
			userId: owner,
			what,
			alert: typeof alert.id === "number" ? alert : undefined,
		})),
		more: waiting >= 0 || rows.length === most,
	};
}

/** Forgets what is older than a week; who was away for longer reads the list anew. */
export async function forgetFeed(database: Database): Promise<void> {
	await database.write(serverCaller, async (tx) => {
		tx.later(sql`delete from alerting.feed where at < now() - make_interval(days => ${keptDays}::int)`);
	});
}
