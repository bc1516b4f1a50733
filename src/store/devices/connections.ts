import { sql } from "kysely";
import type { Transaction } from "../database.ts";
import { counts, left, uncounting } from "./budgets.ts";

/** A device connection as the server itself sees it: the documented row and what devices.connection adds. Tokens and secrets are sealed. */
export interface ConnectionRow {
	readonly id: number;
	readonly userId: number;
	readonly deviceType: "strava" | "polar" | "samsung";
	readonly isActive: boolean | null;
	readonly accessToken: string | null;
	readonly refreshToken: string | null;
	readonly tokenExpiry: string | null;
	readonly lastSyncAt: string | null;
	readonly syncFrequency: string | null;
	/** JSON text. */
	readonly settings: string | null;
	/** The person's time zone. */
	readonly timeZone: string | null;
	readonly vendorUserId: string | null;
	readonly secrets: string | null;
	readonly state: "connected" | "reconnect" | "disconnected" | null;
	readonly failures: number;
	readonly backfillLogId: number | null;
	readonly backfilled: boolean;
}

const columns = sql<ConnectionRow>`d.id, d.user_id as "userId", d.device_type as "deviceType", d.is_active as "isActive",
	d.access_token as "accessToken", d.refresh_token as "refreshToken", d.token_expiry as "tokenExpiry",
	d.last_sync_at as "lastSyncAt", d.sync_frequency as "syncFrequency", d.settings, u.timezone as "timeZone",
	c.vendor_user_id as "vendorUserId", c.secrets, c.state, coalesce(c.failures, 0) as failures,
	c.backfill_log_id as "backfillLogId", coalesce(c.backfilled, false) as backfilled`;

const tables = sql`public.device_connections d join public.users u on u.id = d.user_id
	left join devices.connection c on c.connection_id = d.id`;

/** One connection; undefined when there is none. `lock` keeps others from changing tokens and state until the transaction ends. */
export async function connectionById(tx: Transaction, id: number, lock = false): Promise<ConnectionRow | undefined> {
	const rows = await tx.query(sql<ConnectionRow>`
		select ${columns} from ${tables} where d.id = ${id}::int ${lock ? sql`for update of d` : sql``}`);
	return rows[0];
}

/** A person's connections to a vendor, the oldest first, locked. */
export async function connectionsOf(tx: Transaction, userId: number, vendor: string): Promise<ConnectionRow[]> {
	return tx.query(sql<ConnectionRow>`
		select ${columns} from ${tables} where d.user_id = ${userId}::int and d.device_type = ${vendor}
		order by d.id for update of d`);
}

/** Connections of whoever a vendor names so; events about one person concern each of them. */
export async function connectionsAtVendor(
	tx: Transaction,
	vendor: string,
	vendorUserId: string,
): Promise<ConnectionRow[]> {
	return tx.query(sql<ConnectionRow>`
		select ${columns} from ${tables}
		where d.device_type = ${vendor} and c.vendor_user_id = ${vendorUserId} and c.state <> 'disconnected' order by d.id`);
}

/** What changes in devices.connection; what is not named stays. */
export interface ConnectionState {
	readonly vendorUserId?: string;
	readonly scopes?: string | null;
	readonly secrets?: string | null;
	readonly state?: "connected" | "reconnect" | "disconnected";
	readonly lastError?: string | null;
	readonly failures?: number;
	readonly nextSyncAt?: string | null;
	readonly backfillLogId?: number | null;
	readonly backfilled?: boolean;
}

const stateColumns = {
	vendorUserId: "vendor_user_id",
	scopes: "scopes",
	secrets: "secrets",
	state: "state",
	failures: "failures",
	lastError: "last_error",
	nextSyncAt: "next_sync_at",
	backfillLogId: "backfill_log_id",
	backfilled: "backfilled",
} as const;

/** Writes what is known of a connection, whether anything was known before or not. */
export async function saveConnectionState(tx: Transaction, id: number, state: ConnectionState): Promise<void> {
	const values = Object.fromEntries(
		Object.entries(state).flatMap(([name, value]) =>
			value === undefined ? [] : [[stateColumns[name as keyof ConnectionState], value]],
		),
	);
	if (state.lastError !== undefined) values.last_error_at = state.lastError === null ? null : new Date().toISOString();
	const names = Object.keys(values);
	const row = JSON.stringify([{ ...values, connection_id: id }]);
	const list = sql.join(names.map((name) => sql.ref(name)));
	const types = sql.raw(
		"connection_id int, vendor_user_id text, scopes text, secrets text, state text, failures int, last_error text, last_error_at timestamptz, next_sync_at timestamptz, backfill_log_id int, backfilled boolean",
	);
	await tx.query(sql`
		insert into devices.connection (connection_id, ${list})
		select connection_id, ${list} from json_to_recordset(${row}::json) as r(${types})
		on conflict (connection_id) do update set ${sql.join(names.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`))}`);
}

/**
 * Takes the right to pull a connection. It ends by itself, so that a server that dies blocks nobody.
 *
 * @param holder a UUID of this very run
 * @param logId the log of this run
 * @returns undefined while somebody else has it; else the log of a run that died with it, where one did
 */
export async function takeLease(
	tx: Transaction,
	id: number,
	{ holder, logId, seconds }: { holder: string; logId: number | null; seconds: number },
): Promise<{ leftBehind: number | null } | undefined> {
	const rows = await tx.query(sql<{ leftBehind: number | null }>`
		with before as (select lease_log_id from devices.connection where connection_id = ${id}::int for update)
		insert into devices.connection as c (connection_id, lease_holder, lease_until, lease_log_id)
		values (${id}::int, ${holder}::uuid, now() + make_interval(secs => ${seconds}), ${logId}::int)
		on conflict (connection_id) do update set lease_holder = excluded.lease_holder, lease_until = excluded.lease_until,
			lease_log_id = excluded.lease_log_id, turn_at = null
			where c.lease_until is null or c.lease_until <= now()
		returning (select lease_log_id from before) as "leftBehind"`);
	return rows[0];
}

/** Keeps the right for some more seconds, and others from taking it until the transaction ends; false when it is lost. */
export async function keepLease(tx: Transaction, id: number, holder: string, seconds: number): Promise<boolean> {
	const rows = await tx.query(sql`
		update devices.connection set lease_until = now() + make_interval(secs => ${seconds})
		where connection_id = ${id}::int and lease_holder = ${holder}::uuid and state <> 'disconnected' returning connection_id`);
	return rows.length === 1;
}

/** What a run used of its vendor's limit. */
export interface Used {
	readonly requests: number;
	/** Requests that were counted ahead of being made, and were not. */
	readonly ahead: number;
	/** ISO. */
	readonly now: string;
}

/**
 * Gives the right back, and counts the requests that were made with it: in the window of the vendor's limit that ends first. Where none were, it is
 * still known when there were some.
 */
export async function endLease(
	tx: Transaction,
	id: number,
	holder: string,
	{ requests, ahead, now }: Used,
): Promise<void> {
	const spent = sql`,
			spent_requests = case when spent_until > ${now}::timestamptz then spent_requests else 0 end + ${requests}::int,
			spent_until = case when spent_until > ${now}::timestamptz then spent_until else (select min(b.ends_at) from devices.budget b
				join public.device_connections d on d.device_type = b.vendor where d.id = ${id}::int and b.ends_at > ${now}::timestamptz) end`;
	await tx.query(sql`
		${ahead === 0 ? sql`` : uncounting(id, ahead, now)}
		update devices.connection set lease_holder = null, lease_until = null, lease_log_id = null${requests === 0 ? sql`` : spent}
		where connection_id = ${id}::int and lease_holder = ${holder}::uuid`);
}

/** Connections after an id that have something sealed, locked: tokens may be refreshed at the same moment. */
export async function sealedOfConnections(tx: Transaction, afterId: number, limit: number): Promise<ConnectionRow[]> {
	return tx.query(sql<ConnectionRow>`
		select ${columns} from ${tables} where d.id > ${afterId}::int
			and (d.access_token is not null or d.refresh_token is not null or c.secrets is not null)
		order by d.id limit ${limit} for update of d`);
}

/**
 * Connections whose time has come: of each vendor those first that had least of the limit's window, then of windows before, then the longest
 * waiting; nobody else is given them until `again`. Of a vendor no more than its rate limit has turns for: whoever would only be told to wait keeps their place.
 *
 * @param requestsATurn what each is to get at least
 */
export async function claimDueConnections(
	tx: Transaction,
	{ now, again, limit, requestsATurn }: { now: string; again: string; limit: number; requestsATurn: number },
): Promise<number[]> {
	const rows = await tx.query(sql<{ id: number }>`
		with turns as (select vendor, ceil(min(${left(now)}) / ${requestsATurn}::numeric) as most from devices.budget
				where ${counts(now)} group by vendor),
			due as (select connection_id, device_type, row_number() over (partition by device_type
					order by had, spent_until nulls first, spent_requests, next_sync_at) as turn
				from (select due.connection_id, due.next_sync_at, due.spent_until, due.spent_requests, case when due.spent_until > ${now}::timestamptz then due.spent_requests else 0 end as had,
						(select d.device_type from public.device_connections d where d.id = due.connection_id and d.is_active is true) as device_type
					from devices.connection due where due.state = 'connected' and due.next_sync_at <= ${now}::timestamptz) active
				where device_type is not null),
			claimed as (update devices.connection set next_sync_at = ${again}::timestamptz, turn_at = ${now}::timestamptz
				where connection_id = any(array(select c.connection_id from devices.connection c join due on due.connection_id = c.connection_id
						left join turns on turns.vendor = due.device_type
					where (turns.most is null or due.turn <= turns.most) and c.state = 'connected' and c.next_sync_at <= ${now}::timestamptz
					order by due.turn, c.next_sync_at limit ${limit} for update of c skip locked))
				returning connection_id)
		select connection_id as id from claimed join due using (connection_id) order by turn`);
	return rows.map(({ id }) => id);
}

/** Ends the log of an attempt whose server died, unless it has ended or is a backfill's, which goes on. */
export async function endLeftBehind(tx: Transaction, logId: number, now: string): Promise<void> {
	await tx.query(sql`
		update public.device_sync_logs l set status = 'failed', sync_completed_at = ${now}::timestamptz, error_message = ${interrupted}
		where id = ${logId}::int and status = 'pending'
			and not exists (select 1 from devices.connection c where c.connection_id = l.device_connection_id and c.backfill_log_id = l.id)`);
}

/** Ends logs of attempts that died before they had a connection to themselves: pending, older than any attempt lasts, and no backfill's. */
export async function endAbandonedLogs(
	tx: Transaction,
	connectionId: number,
	startedBefore: string,
	now: string,
): Promise<void> {
	await tx.query(sql`
		update public.device_sync_logs set status = 'failed', sync_completed_at = ${now}::timestamptz, error_message = ${interrupted}
		where device_connection_id = ${connectionId}::int and status = 'pending' and sync_started_at < ${startedBefore}::timestamptz
			and id is distinct from (select backfill_log_id from devices.connection where connection_id = ${connectionId}::int)`);
}

const interrupted = "It was interrupted; what it stored by then is here";

/** Counts rows a sync wrote, in the transaction that writes them, so that its log is right whenever it ends. */
export function countSynced(tx: Transaction, logId: number, rows: number): void {
	tx.later(
		sql`update public.device_sync_logs set records_synced = coalesce(records_synced, 0) + ${rows}::int where id = ${logId}::int`,
	);
}
