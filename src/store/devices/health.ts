import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** What whoever sees a connection may know of it. */
export interface ConnectionHealthRow {
	readonly state: "connected" | "reconnect" | "disconnected" | null;
	readonly nextSyncAt: string | null;
	/** Attempts that failed since the last good one. */
	readonly failures: number;
	readonly lastError: string | null;
	readonly lastErrorAt: string | null;
	/** Who sees its data: its owner alone, or the care team, too. */
	readonly audience: "owner" | "care-team";
	readonly isBackfilled: boolean;
	/** JSON: feed, from, until. */
	readonly complete: string;
}

/** The health of one connection in one statement, under the caller's own rights. */
export async function connectionHealth(tx: Transaction, id: number, vendor: string): Promise<ConnectionHealthRow> {
	const rows = await tx.query(sql<ConnectionHealthRow>`
		select c.state, c.next_sync_at as "nextSyncAt", coalesce(c.failures, 0) as failures, c.last_error as "lastError",
			c.last_error_at as "lastErrorAt", coalesce(a.audience, 'care-team') as audience,
			coalesce(c.backfilled, false) as "isBackfilled",
			coalesce((select json_agg(json_build_object('feed', feed, 'from', to_char(complete_from, ${iso}), 'until', to_char(complete_until, ${iso}))
				order by feed) from devices.cursor where connection_id = ${id}::int), '[]')::text as complete
		from (select ${id}::int as id) wanted left join devices.connection c on c.connection_id = wanted.id
			left join devices.audience a on a.vendor = ${vendor}`);
	return rows[0] as ConnectionHealthRow;
}

const iso = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
