import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** Channel of Postgres on which is told that a sync of a connection went on; its id is the text. */
export const syncChannel = "device_sync";

/** How a connection's syncs go. */
export interface SyncProgressRow {
	readonly userId: number;
	readonly isBackfilled: boolean;
	/** JSON: the newest syncs, the newest first. */
	readonly syncs: string;
	/** JSON: feed, from, until. */
	readonly complete: string;
}

/** Syncs that are told of. */
const mostSyncs = 5;

/** How a connection's syncs go at this moment, in one statement and under the caller's own rights; undefined where there is no such connection. */
export async function syncProgress(tx: Transaction, id: number): Promise<SyncProgressRow | undefined> {
	const rows = await tx.query(sql<SyncProgressRow>`
		select d.user_id as "userId", coalesce(c.backfilled, false) as "isBackfilled",
			coalesce((select json_agg(json_build_object('id', l.id, 'status', l.status, 'recordsSynced', coalesce(l.records_synced, 0),
					'errorMessage', l.error_message, 'syncStartedAt', to_char(l.sync_started_at, ${iso}), 'syncCompletedAt', to_char(l.sync_completed_at, ${iso}),
					'isBackfill', coalesce(l.id = c.backfill_log_id, false)) order by l.sync_started_at desc, l.id desc)
				from (select * from public.device_sync_logs s where s.device_connection_id = d.id
					order by s.sync_started_at desc, s.id desc limit ${sql.lit(mostSyncs)}) l), '[]')::text as syncs,
			coalesce((select json_agg(json_build_object('feed', feed, 'from', to_char(complete_from, ${iso}), 'until', to_char(complete_until, ${iso}))
				order by feed) from devices.cursor where connection_id = d.id), '[]')::text as complete
		from public.device_connections d left join devices.connection c on c.connection_id = d.id where d.id = ${id}::int`);
	return rows[0];
}

const iso = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
